using System.Runtime.InteropServices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda;

/// <summary>The test of the test: the stand-in finds every planted bug in every order of threads, and nothing in its twin.</summary>
[TestFixture]
internal sealed class PlantedBugTests
{
    private const string Folder = "tests/Recede.Engine.Tests/Cuda/Planted/";
    private const int Threads = 64;

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct PlantedArguments(nint X, nint Y, int N);

    [Test]
    public void BugsOfOrderAreFound(
        [Values] StandInOrder order,
        [Values(
            "race_global:race", "race_blocks:race", "race_atomic:race", "write_after_read:race",
            "write_after_reads_of_a_warp:race", "divergent_barrier:barrier", "early_exit:barrier", "partial_shuffle:deadlock",
            "shuffle_outside_mask:warp", "missing_syncwarp:race", "narrow_syncwarp:race")]
        string bug) => AssertFound("order.cu", bug, order);

    [Test]
    public void BugsOfMemoryAreFound(
        [Values] StandInOrder order,
        [Values(
            "misaligned_vector:alignment", "misaligned_shared:alignment", "read_past_end:bounds", "write_past_end:bounds",
            "read_before_start:bounds", "null_pointer:bounds", "shared_past_end:bounds", "dynamic_past_end:bounds",
            "never_written:init", "shared_never_written:init", "zero_division:division", "wide_shift:shift",
            "too_much_shared:shared")]
        string bug) => AssertFound("memory.cu", bug, order);

    [Test]
    public void BugsOfTwoBytesAreFound(
        [Values] StandInOrder order,
        [Values(
            "race:race", "race_pair:race", "read_beside_write:race", "never_written:init", "past_end:bounds",
            "misaligned_vector:alignment", "bytes_race:race")]
        string bug) => AssertFound("bfloat16.cu", bug, order);

    [TestCase("order.cu", "race_global_twin")]
    [TestCase("order.cu", "race_blocks_twin")]
    [TestCase("order.cu", "write_after_read_twin")]
    [TestCase("order.cu", "write_after_reads_of_a_warp_twin")]
    [TestCase("order.cu", "divergent_barrier_twin")]
    [TestCase("order.cu", "early_exit_twin")]
    [TestCase("order.cu", "partial_shuffle_twin")]
    [TestCase("order.cu", "shuffle_outside_mask_twin")]
    [TestCase("order.cu", "missing_syncwarp_twin")]
    [TestCase("order.cu", "narrow_syncwarp_twin")]
    [TestCase("memory.cu", "copy")]
    [TestCase("memory.cu", "misaligned_vector_twin")]
    [TestCase("memory.cu", "misaligned_shared_twin")]
    [TestCase("memory.cu", "dynamic_past_end_twin")]
    [TestCase("memory.cu", "never_written_twin")]
    [TestCase("memory.cu", "zero_division_twin")]
    [TestCase("memory.cu", "constants_twin")]
    [TestCase("bfloat16.cu", "race_twin")]
    [TestCase("bfloat16.cu", "read_beside_write_twin")]
    [TestCase("bfloat16.cu", "never_written_twin")]
    [TestCase("bfloat16.cu", "bytes_twin")]
    public void TwinsAreLeftAlone(string file, string kernel) =>
        KernelRun.InEveryOrder(Folder + file, run => Launch(run, kernel, file == "bfloat16.cu"));

    [Test]
    public void PointersOfTheHostAreFound()
    {
        using var run = KernelRun.Instrumented(Folder + "memory.cu");
        var array = GC.AllocateArray<float>(Threads, pinned: true);
        var host = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        run.Launch("copy", Grid(1), new PlantedArguments(host, run.Allocate<float>(Threads), Threads));
        GC.KeepAlive(array);
        Assert.That(run.StandIn.TakeFindings(), Has.One.StartsWith("bounds:").And.One.Contains("a pointer of the host?"));
    }

    [Test]
    public void UseAfterFreeIsFound([Values] bool instrumented)
    {
        const string file = Folder + "memory.cu";
        using var run = instrumented ? KernelRun.Instrumented(file) : KernelRun.Plain(file);
        var freed = run.Upload<float>(new float[Threads]);
        run.Free(freed);
        run.Launch("copy", Grid(1), new PlantedArguments(freed, run.Allocate<float>(Threads), Threads));
        Assert.That(run.StandIn.TakeFindings(), Has.One.StartsWith("bounds:").And.One.Contains("freed block of 256 bytes"));
    }

    [Test]
    public void AFindingTellsKernelThreadAndPlace()
    {
        using var run = KernelRun.Instrumented(Folder + "memory.cu");
        Launch(run, "read_past_end", isBFloat16: false);
        var finding = run.StandIn.TakeFindings().Single();
        Assert.That(finding, Does.StartWith("bounds: read of 4 bytes at 0x"));
        Assert.That(finding, Does.Contain("0 bytes past the end of a block of 256 bytes"));
        Assert.That(finding, Does.Contain("[read_past_end, block (0,0,0) thread (63,0,0)]"));
        Assert.That(finding, Does.Match(@" at memory\.cu:\d+$"));
    }

    [Test]
    public void FindingsThatNobodyTakesFailTheTest()
    {
        var run = KernelRun.Instrumented(Folder + "memory.cu");
        Launch(run, "never_written", isBFloat16: false);
        Assert.That(run.Dispose, Throws.InstanceOf<AssertionException>().With.Message.Contains("init: read of 4 bytes"));
    }

    private static LaunchGrid Grid(int blocks) => new(blocks, 1, 1, Threads, 1, Threads * sizeof(float));

    private static void AssertFound(string file, string bug, StandInOrder order)
    {
        var (kernel, kind) = (bug.Split(':')[0], bug.Split(':')[1]);
        using var run = KernelRun.Instrumented(Folder + file, order);
        Launch(run, kernel, file == "bfloat16.cu");
        var findings = run.StandIn.TakeFindings();
        Assert.That(findings, Has.Some.StartsWith(kind + ":"), $"{kernel}, {order}: {string.Join('\n', findings)}");
    }

    private static void Launch(KernelRun run, string kernel, bool isBFloat16)
    {
        var values = new float[Threads];
        for (var i = 0; i < Threads; i++)
        {
            values[i] = i + 1;
        }

        var x = isBFloat16 ? run.UploadBFloat16(values) : run.Upload<float>(values);
        var blocks = kernel is "race_blocks" or "race_blocks_twin" or "shared_never_written" ? 2 : 1;
        // The kernels that read next to their own value get as much room as they write, no more.
        var outputs = kernel == "race_atomic" ? Threads + 1 : Threads * blocks;
        var y = isBFloat16 ? run.Allocate<ushort>(outputs) : run.Allocate<float>(outputs);
        run.Launch(kernel, Grid(blocks), new PlantedArguments(x, y, Threads));
    }
}
