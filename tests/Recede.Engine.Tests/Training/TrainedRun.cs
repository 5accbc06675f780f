using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;
using Recede.Engine.Optim;
using Recede.Engine.Tests.Cuda;
using Recede.Engine.Tests.Support;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>
/// A short training run on CUDA of a network with everything that differs from step to step: crops, flips, dropout, a learning
/// rate that falls. What it left is kept, to be compared with another run's.
/// </summary>
internal sealed class TrainedRun : ITrainingListener
{
    public const int Batch = 12;
    public const int Epochs = 3;

    /// <summary>Full batches of an epoch; one of 5 images follows.</summary>
    public const int FullBatches = 4;

    private readonly List<StepReport> _steps = [];
    private readonly List<EpochReport> _epochs = [];
    private Action<TrainedRun, StepReport>? _afterStep;
    private DatasetPair _data = null!;

    public static FitOptions Options { get; } = new()
    {
        Epochs = Epochs,
        BatchSize = Batch,
        LearningRate = 0.05f,
        Decay = LearningRateDecay.Cosine,
        WarmUpEpochs = 0.5,
        Penalty = new PolarisingPenalty(0.01f, 3),
        CropPadding = 2,
        Flip = true,
        Seed = 11,
        KeepBest = false,
    };

    public TrainingLoop Loop { get; private set; } = null!;

    public StandIn? StandIn { get; private set; }

    public Exception? Error { get; private set; }

    /// <summary>Values, then momentum of every parameter.</summary>
    public IReadOnlyList<(string Name, float[] Values)> Parameters { get; private set; } = [];

    public IReadOnlyList<StepReport> Steps => _steps;

    /// <summary>Entry points called, by then, after each step.</summary>
    public List<(long Launches, long Replays, long Allocated)> Calls { get; } = new(256);

    /// <summary>Runs it.</summary>
    /// <param name="kind">The device's kind.</param>
    /// <param name="capture">Whether steps are captured.</param>
    /// <param name="afterStep">What the listener does after each step.</param>
    /// <param name="norm">Which norm.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="variant">Of the device.</param>
    /// <param name="extra">A module of the test's own, put in front of the classifier.</param>
    /// <param name="end">What comes before the device is closed.</param>
    public static TrainedRun Of(
        TestDevice kind,
        bool capture,
        Action<TrainedRun, StepReport>? afterStep = null,
        Norm norm = Norm.Bounded,
        FitOptions? options = null,
        string variant = "",
        Module? extra = null,
        Action? end = null)
    {
        var cuda = (CudaTestDevice)kind;
        using var device = cuda.Open(new CudaOptions { CaptureSteps = capture }, variant);
        var run = new TrainedRun { _afterStep = afterStep, StandIn = cuda.StandIn };
        using var network = Create(device, norm, extra);
        options ??= norm == Norm.Bounded ? Options : Options with { Penalty = null };
        run._data = TinyImages.Create((FullBatches * Batch) + 5, 8);
        using (run.Loop = new TrainingLoop(network, run._data))
        {
            var replays = run.StandIn?.Calls("cuGraphLaunch") ?? 0;
            try
            {
                run.Loop.Fit(options, run);
            }
            catch (Exception e)
            {
                run.Error = e;
            }

            run.Replays = (run.StandIn?.Calls("cuGraphLaunch") ?? 0) - replays;
            run.Parameters =
            [
                .. network.Parameters.Select(p => (p.Path, p.ToArray())),
                .. network.Parameters.Where(p => p.Trainable).Select(p => ($"momentum of {p.Path}", p.CompanionToArray(Sgd.MomentumBuffer))),
            ];
            Assert.That(run.StandIn?.Live(StandInObject.ExecutableGraphs) ?? 0, Is.Zero, "graphs after the run");
        }

        end?.Invoke();
        return run;
    }

    /// <summary>Graph launches of the run; 0 on a GPU, where nobody counts.</summary>
    public long Replays { get; private set; }

    public void OnStep(in StepReport report)
    {
        Calls.Add((
            StandIn?.Calls("cuLaunchKernel") ?? 0, StandIn?.Calls("cuGraphLaunch") ?? 0, GC.GetAllocatedBytesForCurrentThread()));
        _steps.Add(report);
        _afterStep?.Invoke(this, report);
    }

    public void OnEpoch(EpochReport report) => _epochs.Add(report);

    /// <summary>Makes the training labels 99, which is no class, behind the data set's back.</summary>
    public void Damage() => MemoryMarshal.AsMemory(((ImageDataset)_data.Train).Labels).Span.Fill(99);

    /// <summary>Fails unless this run and another are the same, bit for bit.</summary>
    public void MustEqual(TrainedRun other)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Error?.Message, Is.EqualTo(other.Error?.Message));
            Assert.That(_steps, Is.EqualTo(other._steps));
            Assert.That(_epochs.Select(e => (e.TrainLoss, e.Penalty, e.TrainAccuracy, e.Test)),
                Is.EqualTo(other._epochs.Select(e => (e.TrainLoss, e.Penalty, e.TrainAccuracy, e.Test))));
            Assert.That(Parameters.Select(p => p.Name), Is.EqualTo(other.Parameters.Select(p => p.Name)));
        });
        for (var i = 0; i < Parameters.Count; i++)
        {
            TensorAssert.AreSameBits(Parameters[i].Values, other.Parameters[i].Values, Parameters[i].Name);
        }
    }

    private static Network Create(Device device, Norm norm, Module? extra)
    {
        var builder = new NetworkBuilder(
            device, new NetworkOptions { Height = TinyImages.Size, Width = TinyImages.Size, Classes = TinyImages.Classes, Seed = 5, Norm = norm });
        var images = builder.Images();
        var first = new ChannelSpace("first", 11);
        var second = new ChannelSpace("second", 13);
        List<Module> modules =
        [
            builder.Conv("conv1", images, first, Conv2dOptions.Kernel3(stride: 2)),
            builder.Norm("norm1", first, relu: true),
            new Dropout("drop1", 0.2f),
            builder.Conv("conv2", first, second, Conv2dOptions.Kernel3(stride: 2)),
            builder.Norm("norm2", second, relu: true),
            new GlobalAveragePool("pool"),
            new Dropout("drop2", 0.1f),
            builder.Linear("classifier", second, TinyImages.Classes),
        ];
        if (extra is not null)
        {
            modules.Insert(modules.Count - 1, extra);
        }

        return builder.Build("captured", new Sequential("", [.. modules]));
    }
}
