using System.Runtime.CompilerServices;
using Recede.Cuda.Driver;

namespace Recede.Engine.Tests.Cuda;

/// <summary>That the stand-in's driver keeps the rules of the real one, by which the engine is tested on it.</summary>
[TestFixture]
internal sealed unsafe class StandInDriverTests
{
    private const int Bytes = 64;

    private StandIn _standIn = null!;
    private nint _stream;

    [SetUp]
    public void TakeStandIn()
    {
        _standIn = StandIn.Take();
        Check(Native.cuInit(0));
        Check(Native.cuDevicePrimaryCtxRetain(out var context, 0));
        Check(Native.cuCtxSetCurrent(context));
        Check(Native.cuStreamCreate(out _stream, StreamFlags.CU_STREAM_NON_BLOCKING));
    }

    [TearDown]
    public void GiveStandInBack() => _standIn?.Dispose();

    [Test]
    public void LazyWorkRunsWhenTheStreamIsWaitedFor()
    {
        var device = Device(Bytes);
        var source = Pinned(1);
        var target = Pinned(0);
        Check(Native.cuMemcpyHtoDAsync_v2(device, source, Bytes, _stream));
        source[0] = 2;
        Check(Native.cuMemcpyDtoHAsync_v2(target, device, Bytes, _stream));
        Assert.That(target[0], Is.Zero, "before the stream is waited for");
        Check(Native.cuStreamSynchronize(_stream));
        Assert.That(target[0], Is.EqualTo(2), "a source that is used again too early");
    }

    [Test]
    public void EagerWorkRunsAtOnce()
    {
        _standIn.Configure(_standIn.Settings with { Lazy = false });
        var device = Device(Bytes);
        var source = Pinned(1);
        var target = Pinned(0);
        Check(Native.cuMemcpyHtoDAsync_v2(device, source, Bytes, _stream));
        Check(Native.cuMemcpyDtoHAsync_v2(target, device, Bytes, _stream));
        Assert.That(target[0], Is.EqualTo(1));
    }

    [Test]
    public void PageableCopiesWaitAndAreCounted()
    {
        var device = Device(Bytes);
        var values = stackalloc byte[Bytes];
        values[0] = 3;
        Check(Native.cuMemcpyHtoDAsync_v2(device, values, Bytes, _stream));
        values[0] = 0;
        Check(Native.cuMemcpyDtoHAsync_v2(values, device, Bytes, _stream));
        Assert.That(values[0], Is.EqualTo(3));
        Assert.That(_standIn.Calls("pageable copy"), Is.EqualTo(2));
    }

    [Test]
    public void OneStreamWaitsForAnotherByAnEvent()
    {
        Check(Native.cuStreamCreate(out var other, StreamFlags.CU_STREAM_NON_BLOCKING));
        Check(Native.cuEventCreate(out var written, EventFlags.CU_EVENT_DISABLE_TIMING));
        var device = Device(Bytes);
        var target = Pinned(0);
        Check(Native.cuMemsetD8Async(device, 9, Bytes, _stream));
        Check(Native.cuEventRecord(written, _stream));
        Check(Native.cuStreamWaitEvent(other, written, 0));
        Check(Native.cuMemcpyDtoHAsync_v2(target, device, Bytes, other));
        Check(Native.cuStreamSynchronize(other));
        Assert.That(target[Bytes - 1], Is.EqualTo(9));
    }

    [Test]
    public void AnEventIsReadyInTheEnd()
    {
        Check(Native.cuEventCreate(out var done, EventFlags.CU_EVENT_DEFAULT));
        Check(Native.cuMemsetD8Async(Device(Bytes), 9, Bytes, _stream));
        Check(Native.cuEventRecord(done, _stream));
        Assert.That(Native.cuEventQuery(done), Is.EqualTo(Status.CUDA_ERROR_NOT_READY));
        Assert.That(Native.cuEventQuery(done), Is.EqualTo(Status.CUDA_ERROR_NOT_READY));
        Assert.That(Native.cuEventQuery(done), Is.EqualTo(Status.CUDA_SUCCESS));
    }

    [Test]
    public void ACapturedGraphReadsItsBuffersWhenItIsLaunched()
    {
        var device = Device(Bytes);
        var source = Pinned(1);
        var target = Pinned(0);
        Check(Native.cuStreamBeginCapture_v2(_stream, CaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
        Check(Native.cuMemcpyHtoDAsync_v2(device, source, Bytes, _stream));
        Check(Native.cuMemcpyDtoHAsync_v2(target, device, Bytes, _stream));
        Check(Native.cuStreamEndCapture(_stream, out var graph));
        Check(Native.cuGraphInstantiateWithFlags(out var executable, graph, 0));
        Check(Native.cuGraphDestroy(graph));
        for (byte value = 5; value < 7; value++)
        {
            source[0] = value;
            Check(Native.cuGraphLaunch(executable, _stream));
            Check(Native.cuStreamSynchronize(_stream));
            Assert.That(target[0], Is.EqualTo(value));
        }

        Check(Native.cuGraphExecDestroy(executable));
        Assert.That(Native.cuGraphLaunch(executable, _stream), Is.EqualTo(Status.CUDA_ERROR_INVALID_HANDLE));
    }

    [TestCase("allocate")]
    [TestCase("free")]
    [TestCase("synchronise")]
    [TestCase("pageable")]
    [TestCase("legacy")]
    public void ACaptureIsInvalidatedByWhatItForbids(string what)
    {
        var device = Device(Bytes);
        var pageable = stackalloc byte[Bytes];
        Check(Native.cuStreamBeginCapture_v2(_stream, CaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
        var status = what switch
        {
            "allocate" => Native.cuMemAlloc_v2(out _, Bytes),
            "free" => Native.cuMemFree_v2(device),
            "synchronise" => Native.cuStreamSynchronize(_stream),
            "pageable" => Native.cuMemcpyHtoDAsync_v2(device, pageable, Bytes, _stream),
            _ => Native.cuMemsetD8Async(device, 0, Bytes, 0),
        };
        var expected = what == "legacy"
            ? Status.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT
            : Status.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        Assert.That(status, Is.EqualTo(expected));
        Assert.That(
            Native.cuStreamEndCapture(_stream, out var graph), Is.EqualTo(Status.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));
        Assert.That(graph, Is.EqualTo((nint)0));
        Check(Native.cuStreamSynchronize(_stream));
    }

    [Test]
    public void MemoryRunsOut()
    {
        _standIn.Configure(_standIn.Settings with { MemoryBytes = 1 << 20 });
        Check(Native.cuMemAlloc_v2(out var first, 1 << 19));
        Assert.That(Native.cuMemAlloc_v2(out _, (1 << 19) + 1), Is.EqualTo(Status.CUDA_ERROR_OUT_OF_MEMORY));
        Check(Native.cuMemFree_v2(first));
        Check(Native.cuMemAlloc_v2(out _, 1 << 20));
        Check(Native.cuMemGetInfo_v2(out var free, out var total));
        Assert.That((free, total), Is.EqualTo(((nuint)0, (nuint)(1 << 20))));
    }

    [Test]
    public void TheNthAllocationFails()
    {
        _standIn.FailAllocation(2);
        var statuses = new Status[3];
        for (var i = 0; i < statuses.Length; i++)
        {
            statuses[i] = Native.cuMemAlloc_v2(out _, Bytes);
        }

        Assert.That(statuses, Is.EqualTo(
            new[] { Status.CUDA_SUCCESS, Status.CUDA_ERROR_OUT_OF_MEMORY, Status.CUDA_SUCCESS }));
    }

    [Test]
    public void TheNthCallFails()
    {
        _standIn.FailCall(3);
        Check(Native.cuCtxGetCurrent(out _));
        Check(Native.cuCtxGetCurrent(out _));
        Assert.That(Native.cuStreamSynchronize(_stream), Is.EqualTo(Status.CUDA_ERROR_UNKNOWN));
        Check(Native.cuStreamSynchronize(_stream));
        Assert.That(_standIn.FailedCall, Is.EqualTo("cuStreamSynchronize"));
        _standIn.FailCall(1, "cuMemAlloc_v2", (int)Status.CUDA_ERROR_LAUNCH_FAILED);
        Check(Native.cuCtxGetCurrent(out _));
        Assert.That(Native.cuMemAlloc_v2(out _, Bytes), Is.EqualTo(Status.CUDA_ERROR_LAUNCH_FAILED));
        Assert.That(_standIn.Calls("cuCtxGetCurrent"), Is.EqualTo(3));
    }

    [Test]
    public void TheHostThatTouchesDeviceMemoryIsFoundAndGoesOn()
    {
        var device = Device(Bytes);
        Check(Native.cuMemsetD8Async(device, 7, Bytes, _stream));
        Check(Native.cuStreamSynchronize(_stream));
        Assert.That(Volatile.Read(ref *(byte*)device), Is.EqualTo(7));
        Assert.That(_standIn.TakeFindings(), Has.One.StartsWith("host: the host touches device memory"));
    }

    [Test]
    public void NullReferencesOfManagedCodeStayWhatTheyAre() =>
        Assert.That(() => LengthOf(null!), Throws.InstanceOf<NullReferenceException>());

    [Test]
    public void PinnedMemoryThatIsFreedBeforeItsCopyRanIsFound()
    {
        var device = Device(Bytes);
        var source = Pinned(1);
        Check(Native.cuMemcpyHtoDAsync_v2(device, source, Bytes, _stream));
        Check(Native.cuMemFreeHost((nint)source));
        Check(Native.cuStreamSynchronize(_stream));
        Assert.That(_standIn.TakeFindings(), Has.One.StartsWith("pinned:"));
    }

    [Test]
    public void MisuseOfHandlesAndRangesIsRefused()
    {
        var device = Device(Bytes);
        Check(Native.cuMemFree_v2(device));
        Assert.That(Native.cuMemFree_v2(device), Is.EqualTo(Status.CUDA_ERROR_INVALID_VALUE));
        Assert.That(Native.cuMemsetD8Async(device, 0, Bytes, _stream), Is.EqualTo(Status.CUDA_ERROR_INVALID_VALUE));
        Check(Native.cuStreamDestroy_v2(_stream));
        Assert.That(Native.cuStreamSynchronize(_stream), Is.EqualTo(Status.CUDA_ERROR_INVALID_HANDLE));
        Assert.That(_standIn.TakeFindings(), Has.Count.EqualTo(2).And.Some.StartsWith("free:").And.Some.StartsWith("bounds:"));
    }

    [Test]
    public void AContextEndsWithItsLastRelease()
    {
        Device(Bytes);
        Check(Native.cuDevicePrimaryCtxRelease_v2(0));
        Assert.That(_standIn.Live(StandInObject.DeviceMemory), Is.Zero);
        Assert.That(Native.cuMemAlloc_v2(out _, Bytes), Is.EqualTo(Status.CUDA_ERROR_INVALID_CONTEXT));
    }

    [Test]
    public void AnImageOfAnotherMakeIsInvalid()
    {
        var text = "// .version 8.0\0"u8;
        fixed (byte* image = text)
        {
            Assert.That(Native.cuModuleLoadData(out _, image), Is.EqualTo(Status.CUDA_ERROR_INVALID_IMAGE));
        }
    }

    private static void Check(Status status, [CallerArgumentExpression(nameof(status))] string call = "") =>
        Assert.That(status, Is.EqualTo(Status.CUDA_SUCCESS), call);

    private static nint Device(int bytes)
    {
        Check(Native.cuMemAlloc_v2(out var address, (nuint)bytes));
        return address;
    }

    // Pinned memory whose bytes are all one value.
    private static byte* Pinned(byte value)
    {
        Check(Native.cuMemAllocHost_v2(out var memory, Bytes));
        new Span<byte>((void*)memory, Bytes).Fill(value);
        return (byte*)memory;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string text) => text.Length;
}
