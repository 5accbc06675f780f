using Recede.Cuda;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Cuda.Libraries;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// A training in which memory runs out at any allocation, and a step in which any call fails: always one clear error, nothing
/// is left behind, and what is tried again gives the bits of a training in which nothing failed.
/// </summary>
[TestFixture(Category = CudaTestDevice.Category)]
internal sealed class TrainingFaultTests
{
    private const int MegaByte = 1 << 20;

    // Every how many failures the step is tried again on the spot; always, it would take a minute.
    private const int Between = 8;

    // cudaErrorIllegalAddress: the context is lost with it.
    private const int IllegalAddress = 700;

    private static readonly StandInSettings Plain = new() { Instrumented = false };

    /// <summary>So little memory is left beside cuBLAS's workspace that every buffer is an allocation of the driver's.</summary>
    [Test]
    public void Memory_may_run_out_at_any_allocation_of_a_training()
    {
        using var standIn = StandIn.Take(Plain with { MemoryBytes = 45 * MegaByte });
        standIn.FailAllocation(1);
        using (var device = standIn.OpenDevice())
        {
            Assert.That(device.Cublas, Is.Not.Null);
            var empty = device.LiveBytes;
            var expected = NeverFailed(device);
            using (var tape = new Tape(device))
            {
                TinyTraining? made = null;
                Sweep(device, standIn, 9, () => made = new TinyTraining(tape), () => Assert.That(device.LiveBytes, Is.EqualTo(empty)));
                using var training = made!;
                SweepStep(device, standIn, 20, training, 1);
                Assert.That(training.State(), Is.EqualTo(expected.First));

                var (widths, live) = (training.Network.ToString(), device.LiveBytes);
                Sweep(device, standIn, 20, training.Prune, () =>
                    Assert.That((training.Network.ToString(), device.LiveBytes), Is.EqualTo((widths, live))));
                SweepStep(device, standIn, 3, training, 2);
                Assert.That(training.State(), Is.EqualTo(expected.Last));
            }

            Assert.That(device.LiveBytes, Is.EqualTo(empty));
        }

        AssertNothingLives(standIn);
    }

    [Test]
    public void Any_call_of_a_step_may_fail()
    {
        using var standIn = StandIn.Take(Plain);
        using (var device = standIn.OpenDevice())
        using (var tape = new Tape(device))
        using (var training = new TinyTraining(tape))
        {
            training.Step(1);
            var start = training.State();
            training.Step(2);
            var expected = training.State();
            var live = device.LiveBytes;
            var met = 0;
            for (var nth = 1; ; nth++)
            {
                training.Restore(start);
                tape.Arena.Trim();
                standIn.FailCall(nth);
                var error = Catch(() => training.Step(2));
                var failed = standIn.FailedCall;
                standIn.FailCall(0);
                if (error is null)
                {
                    // All went well, or what failed was a release.
                    Assert.That(training.State(), Is.EqualTo(expected), failed);
                }
                else
                {
                    Assert.That(error.Message, Does.Contain(failed), error.ToString());
                    met++;
                    if (met % Between == 0)
                    {
                        training.Restore(start);
                        training.Step(2);
                        Assert.That(training.State(), Is.EqualTo(expected), $"call {nth}, {failed}");
                        Assert.That(device.LiveBytes, Is.EqualTo(live), $"call {nth}, {failed}");
                    }
                }

                if (failed.Length == 0)
                {
                    break;
                }
            }

            Assert.That(met, Is.GreaterThan(100));
        }

        AssertNothingLives(standIn);
    }

    /// <summary>The plans of a step are made in its first run, by hundreds of calls.</summary>
    [Test]
    public void Any_call_that_makes_a_plan_may_fail()
    {
        using var run = new LibraryDevice();
        var shape = new ConvolutionShape(new(2, 4, 4, 5), new(7, 3, 3, 5), new(2, 4, 4, 7), 1, 1, 1, 1, 1, 1);
        ConvolutionPlanKey[] keys =
        [
            new(ConvolutionPass.Forward, shape, ElementType.Float32, ElementType.Float32, Accumulate: false, Bias: true),
            new(ConvolutionPass.BackwardData, shape, ElementType.Float32, ElementType.Float32, Accumulate: true, Bias: false),
            new(ConvolutionPass.BackwardFilter, shape, ElementType.Float32, ElementType.Float32, Accumulate: false, Bias: false),
        ];
        var cudnn = run.Device.Cudnn;
        var empty = LibraryDevice.LiveCudnnObjects;
        foreach (var key in keys)
        {
            run.Device.RetireShapes();
            cudnn.Find(key);
            var full = LibraryDevice.LiveCudnnObjects;
            var met = 0;
            for (var nth = 1; ; nth++)
            {
                run.Device.RetireShapes();
                Assert.That(LibraryDevice.LiveCudnnObjects, Is.EqualTo(empty));
                run.StandIn.FailCall(nth);
                var error = Catch(() => cudnn.Find(key));
                var failed = run.StandIn.FailedCall;
                run.StandIn.FailCall(0);
                if (error is not null)
                {
                    met++;
                    Assert.That(error.Message, Does.Contain(failed), error.ToString());
                    Assert.That((cudnn.PlanCount, LibraryDevice.LiveCudnnObjects), Is.EqualTo((0, empty)), $"call {nth}, {failed}");
                }

                cudnn.Find(key);
                if (failed.Length == 0)
                {
                    break;
                }

                if (failed == "cudnnBackendDestroyDescriptor")
                {
                    // Nobody could have released that one.
                    empty++;
                    full++;
                }
            }

            Assert.That(LibraryDevice.LiveCudnnObjects, Is.EqualTo(full));
            Assert.That(met, Is.GreaterThan(50));
        }
    }

    [Test]
    public void An_error_that_costs_the_context_says_that_this_process_cannot_go_on()
    {
        using var standIn = StandIn.Take(Plain);
        using var device = standIn.OpenDevice();
        standIn.FailCall(1, "cuStreamSynchronize", IllegalAddress);
        Assert.That(
            device.Synchronize,
            Throws.InstanceOf<CudaException>().With.Message.Contains("CUDA_ERROR_ILLEGAL_ADDRESS")
                .And.Message.Contains("cannot be used any more in this process"));
    }

    private static (List<(float[], float[]?)> First, List<(float[], float[]?)> Last) NeverFailed(CudaDevice device)
    {
        using var tape = new Tape(device);
        using var training = new TinyTraining(tape);
        training.Step(1);
        var first = training.State();
        training.Prune();
        training.Step(2);
        return (first, training.State());
    }

    // Of an action that keeps nothing when it fails: one allocation after the other, until it is through.
    private static void Sweep(CudaDevice device, StandIn standIn, int least, Action attempt, Action check)
    {
        var met = 0;
        for (var nth = 1; ; nth++)
        {
            // What the pool keeps of the attempt before would be no allocation.
            device.Trim();
            standIn.FailAllocation(nth, times: 0);
            if (TryOnce(standIn, attempt))
            {
                break;
            }

            met++;
            check();
        }

        Assert.That(met, Is.GreaterThanOrEqualTo(least));
    }

    // A step that fails keeps what it got: gradients, momentum, the arena's chunks. An allocation is two or three calls of the
    // driver, the first for a slab that there is no room for: so the fourth call belongs to the next one.
    private static void SweepStep(CudaDevice device, StandIn standIn, int least, TinyTraining training, int number)
    {
        const int Next = 4;
        var start = training.State();
        var met = 0;
        device.Trim();
        standIn.FailAllocation(1, times: 0);
        while (!TryOnce(standIn, () => training.Step(number)))
        {
            met++;
            training.Restore(start);
            standIn.FailAllocation(Next, times: 0);
        }

        Assert.That(met, Is.GreaterThanOrEqualTo(least));
    }

    private static bool TryOnce(StandIn standIn, Action attempt)
    {
        try
        {
            attempt();
            return true;
        }
        catch (DeviceOutOfMemoryException e)
        {
            Assert.That(e.Message, Does.Contain("asked for").And.Contain("Buffers hold").And.Contain("The GPU has"));
            return false;
        }
        finally
        {
            standIn.FailAllocation(0);
        }
    }

    private static Exception? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is CudaException or DeviceUnavailableException or DeviceOutOfMemoryException or KernelCompilationException)
        {
            return e;
        }
    }

    private static void AssertNothingLives(StandIn standIn)
    {
        foreach (var kind in Enum.GetValues<StandInObject>())
        {
            Assert.That(standIn.Live(kind), Is.Zero, $"{kind}");
        }
    }
}
