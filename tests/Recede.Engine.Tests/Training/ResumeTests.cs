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
    public void A_run_that_is_cancelled_after_every_single_step_or_epoch_ends_with_the_same_bits([Values] bool isEpoch)
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
                result = KeptRun.Run(device, In("ended"), listener: new CancelAfter(1, cancellation, isEpoch), cancellation: cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.That(++runs, Is.LessThanOrEqualTo(KeptRun.Steps));
            }
        }

        // Behind the very last step or epoch there is an evaluation to cancel.
        Assert.That(runs, Is.EqualTo(isEpoch ? KeptRun.Epochs : KeptRun.Steps));
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

    [Test]
    public void A_training_alone_that_is_cancelled_after_every_single_step_ends_with_the_same_bits([Values] bool isFineTuning)
    {
        using var device = Kind.Open();
        var expected = Train("whole", isFineTuning, device, null, CancellationToken.None);
        TrainingRunResult? result = null;
        var runs = 0;
        while (result is null)
        {
            using var cancellation = new CancellationTokenSource();
            try
            {
                result = Train("ended", isFineTuning, device, new CancelAfter(1, cancellation), cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.That(++runs, Is.LessThanOrEqualTo(6));
            }
        }

        // Two epochs of three steps; behind the last one there is an evaluation to cancel.
        Assert.That(runs, Is.EqualTo(6));
        Assert.That(result.Before, Is.EqualTo(expected.Before));
        Assert.That(result.Before is null, Is.EqualTo(!isFineTuning));
        Assert.That(KeptRun.Figures(result.Training), Is.EqualTo(KeptRun.Figures(expected.Training)));
        Assert.That(result.Result.Accuracy, Is.EqualTo(expected.Result.Accuracy));
        foreach (var name in (string[])["best", "trained"])
        {
            Assert.That(
                File.ReadAllBytes(Path.Combine(In("ended"), name + ".safetensors")),
                Is.EqualTo(File.ReadAllBytes(Path.Combine(In("whole"), name + ".safetensors"))), name);
        }

        // Done: it does nothing more. And it is no run of another kind.
        Assert.That(Train("ended", isFineTuning, device, null, CancellationToken.None).Training.Final, Is.EqualTo(expected.Training.Final));
        Assert.That(() => KeptRun.Run(device, In("ended")), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("training run, not of a pruning run"));
    }

    [Test]
    public void A_fine_tuning_that_is_cancelled_before_its_first_step_can_be_resumed()
    {
        using var device = Kind.Open();
        var expected = Train("whole", isFineTuning: true, device, null, CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var steps = new CancelAfter(1, cancellation);
        Assert.That(() => Train("ended", isFineTuning: true, device, steps, cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(steps.Phases, Is.Zero, "it is evaluated first");
        var result = Train("ended", isFineTuning: true, device, null, CancellationToken.None);
        Assert.That(result.Before, Is.EqualTo(expected.Before));
        Assert.That(KeptRun.Figures(result.Training), Is.EqualTo(KeptRun.Figures(expected.Training)));
    }

    private TrainingRunResult Train(
        string name, bool isFineTuning, Device device, ITrainingRunListener? listener, CancellationToken cancellation)
    {
        var run = KeptRun.Options(device);
        var options = new TrainingRunOptions
        {
            CreateNetwork = run.CreateNetwork,
            Device = device,
            Training = run.Training,
            IsFineTuning = isFineTuning,
            LatencyBatch = 1,
        };
        using var folder = RunFolder.Open(In(name));
        return TrainingRun.Execute(options, TinyImages.Create(train: 50, test: 12), listener, folder, folder.CanResume, cancellation);
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private sealed class CancelAfter(int count, CancellationTokenSource cancellation, bool epochs = false) : IPruningRunListener
    {
        private int _done;

        public int Phases { get; private set; }

        public void OnStep(in StepReport report) => Count(isEpoch: false);

        public void OnEpoch(EpochReport report) => Count(isEpoch: true);

        public void OnPhase(string name, int epochs) => Phases++;

        public void OnTrained(FitResult training, NetworkResult result)
        {
        }

        public void OnPruned(PruningPlan plan, Evaluation before)
        {
        }

        public void OnFineTuned(PrunedResult result)
        {
        }

        private void Count(bool isEpoch)
        {
            if (isEpoch == epochs && ++_done == count)
            {
                cancellation.Cancel();
            }
        }
    }
}
