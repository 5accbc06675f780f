using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>Captured graphs: what is recorded runs when it is launched, and what cannot be replayed is refused.</summary>
[TestFixture]
internal sealed class DeviceCaptureTests
{
    private const int Count = 100;
    private static readonly Shape Shape = Shape.Vector(Count);

    private StandIn _standIn = null!;
    private CudaDevice _device = null!;
    private DeviceBuffer _x = null!;
    private OwnKernels.ScaleArguments _args;

    [SetUp]
    public void Open()
    {
        _standIn = StandIn.Take();
        _device = StandInDevice.Open();
        _x = _device.Allocate(Count * sizeof(float) + 64);
        _args = new OwnKernels.ScaleArguments(_x.Address, _x.Address, Count, 1);
        _device.Launch(OwnKernels.Increment, LaunchGrid.Over(Count), _args);
    }

    [TearDown]
    public void Close()
    {
        _x.Dispose();
        _device.Dispose();
        _standIn.Dispose();
    }

    [Test]
    public void What_was_recorded_runs_at_each_launch_and_not_before()
    {
        using var graph = Record();
        Assert.That(First(), Is.EqualTo(1));
        graph.Launch();
        graph.Launch();
        Assert.That(First(), Is.EqualTo(3));
        Assert.That(_standIn.Runs("increment"), Is.EqualTo(3));
    }

    [Test]
    public void Scalars_clears_and_copies_are_recorded_too()
    {
        using var y = _device.Allocate(_x.Bytes);
        using var capture = _device.BeginCapture();
        _device.WriteScalar(_x.Address, 5);
        _device.Copy(_x.Address, y.Address, 64);
        _device.Clear(_x.Address, 64);
        using var graph = capture.End();
        graph.Launch();
        Assert.That(_device.Physical(y, Shape.Scalar, TensorLayout.Activation)[0], Is.EqualTo(5));
        Assert.That(First(), Is.Zero);
    }

    [Test]
    public void What_cannot_be_replayed_is_refused_and_the_capture_goes_on()
    {
        using (var capture = _device.BeginCapture())
        {
            Action[] refused =
            [
                () => _device.Allocate(100),
                () => _device.AllocateOwn(100, "x"),
                () => _device.Upload([1], Shape.Scalar, TensorLayout.Activation, _x.Address),
                () => _device.UploadBytes([1], _x.Address),
                () => _device.DownloadBytes(_x.Address, new byte[1]),
                () => First(),
                () => _device.IsFinite(_x.Address, 1),
                () => _device.GatherChannels(_x.Address, Shape, TensorLayout.Activation, [1], [], _x.Address),
                _device.Synchronize,
                () => _device.Trim(),
                () => _device.BeginCapture(),
                () => _device.Launch(OwnKernels.Scale, LaunchGrid.Over(Count), _args),
            ];
            for (var i = 0; i < refused.Length; i++)
            {
                Assert.That(() => refused[i](), Throws.InvalidOperationException, $"{i}");
            }

            _device.Launch(OwnKernels.Increment, LaunchGrid.Over(Count), _args);
            using var graph = capture.End();
            graph.Launch();
            Assert.That(capture.End, Throws.InvalidOperationException);
        }

        Assert.That(First(), Is.EqualTo(2));
    }

    [Test]
    public void A_capture_that_is_given_up_leaves_nothing()
    {
        using (_device.BeginCapture())
        {
            _device.Launch(OwnKernels.Increment, LaunchGrid.Over(Count), _args);
        }

        Assert.That(First(), Is.EqualTo(1));
        Assert.That(_standIn.Live(StandInObject.Graphs), Is.Zero);
        using var graph = Record();
        graph.Launch();
        Assert.That(First(), Is.EqualTo(2));
    }

    [Test]
    public void Memory_freed_during_a_capture_goes_back_later()
    {
        var large = _device.Allocate(30 << 20);
        var held = _device.HeldBytes;
        using (_device.BeginCapture())
        {
            large.Dispose();
        }

        Assert.That(_device.HeldBytes, Is.EqualTo(held));
        _device.Trim();
        Assert.That(_device.HeldBytes, Is.LessThan(held));
    }

    [Test]
    public void Another_thread_waits_for_the_capture_to_end()
    {
        var capture = _device.BeginCapture();
        var other = Task.Run(() => _device.Launch(OwnKernels.Increment, LaunchGrid.Over(Count), _args));
        Assert.That(other.Wait(TimeSpan.FromMilliseconds(50)), Is.False);
        using var graph = capture.End();
        Assert.That(other.Wait(TimeSpan.FromSeconds(30)));
        Assert.That(First(), Is.EqualTo(2));
        graph.Launch();
        Assert.That(First(), Is.EqualTo(2), "the other thread's work was not recorded");
    }

    [Test]
    public void Graphs_go_with_their_device()
    {
        var graph = Record();
        var capture = _device.BeginCapture();
        _device.Dispose();
        Assert.That(_standIn.Live(StandInObject.ExecutableGraphs), Is.Zero);
        Assert.That(graph.Launch, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(graph.Dispose, Throws.Nothing);
        Assert.That(capture.Dispose, Throws.Nothing);
    }

    [Test]
    public void A_disposed_graph_is_gone()
    {
        var graph = Record();
        graph.Dispose();
        graph.Dispose();
        Assert.That(_standIn.Live(StandInObject.ExecutableGraphs), Is.Zero);
        Assert.That(graph.Launch, Throws.InstanceOf<ObjectDisposedException>());
    }

    private CapturedGraph Record()
    {
        using var capture = _device.BeginCapture();
        _device.Launch(OwnKernels.Increment, LaunchGrid.Over(Count), _args);
        return capture.End();
    }

    private float First()
    {
        var values = new float[Count];
        _device.Download(_x.Address, Shape, TensorLayout.Activation, values);
        return values[0];
    }
}
