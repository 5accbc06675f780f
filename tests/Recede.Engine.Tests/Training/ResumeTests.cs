using Recede.Engine.Devices;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>A run that was ended, however and however often, goes on to the very bits of one that was not.</summary>
[TestFixture(CpuTestDevice.Name)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class ResumeTests(string device) : DeviceFixture(device)
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_run_that_is_cancelled_after_every_single_step_ends_with_the_same_bits()
    {
        using var device = Kind.Open();
        var expected = KeptRun.Run(device, In("whole"));
        var runs = 0;
        PruningRunResult? result = null;
        while (result is null)
        {
            using var cancellation = new CancellationTokenSource();
            try
            {
                result = KeptRun.Run(device, In("ended"), listener: new CancelAfter(1, cancellation), cancellation: cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.That(++runs, Is.LessThanOrEqualTo(KeptRun.Steps));
            }
        }

        // Nothing comes behind the very last step that could be cancelled.
        Assert.That(runs, Is.EqualTo(KeptRun.Steps - 1));
        KeptRun.CheckSame(result, In("ended"), expected, In("whole"));
    }

    [Test]
    public void A_finished_run_can_be_resumed_and_does_nothing()
    {
        using var device = Kind.Open();
        var expected = KeptRun.Run(device, In("whole"));
        using var none = new CancellationTokenSource();
        var result = KeptRun.Run(device, In("whole"), listener: new CancelAfter(1, none), cancellation: none.Token);
        Assert.That(none.IsCancellationRequested, Is.False, "a step was run");
        KeptRun.CheckSame(result, In("whole"), expected, In("whole"));
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private sealed class CancelAfter(int steps, CancellationTokenSource cancellation) : IPruningRunListener
    {
        private int _steps;

        public void OnStep(in StepReport report)
        {
            if (++_steps == steps)
            {
                cancellation.Cancel();
            }
        }

        public void OnEpoch(EpochReport report)
        {
        }

        public void OnPhase(string name, int epochs)
        {
        }

        public void OnTrained(NetworkResult result)
        {
        }

        public void OnPruned(PruningPlan plan, Evaluation before)
        {
        }

        public void OnFineTuned(PrunedResult result)
        {
        }
    }
}
