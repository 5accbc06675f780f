using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;
using Recede.Engine.Training;

namespace Recede.Trainer.Options;

/// <summary>What <c>recede run</c> was asked for: every option given, and the preset's value of the others.</summary>
internal sealed record RunSettings
{
    public const string Float32 = "float32";
    public const string Tf32 = "tf32";
    public const string BFloat16 = "bfloat16";

    /// <summary>The preset that the run is named after, if one was given.</summary>
    public required Preset? Preset { get; init; }

    public required string Network { get; init; }

    public required PruningMethod Method { get; init; }

    public required IReadOnlyList<double> Ratios { get; init; }

    public required int Epochs { get; init; }

    public required int FineTuneEpochs { get; init; }

    public required int BatchSize { get; init; }

    public required float LearningRate { get; init; }

    public required float FineTuneLearningRate { get; init; }

    public required LearningRateDecay Decay { get; init; }

    public required float WarmUpEpochs { get; init; }

    public required float WeightDecay { get; init; }

    public required float LabelSmoothing { get; init; }

    /// <summary>Strength of the method's penalty; null scales the published one to the number of steps.</summary>
    public required float? Lambda { get; init; }

    /// <summary>Shift b of the polarising penalty.</summary>
    public required float Shift { get; init; }

    public required int MinimumChannels { get; init; }

    public required bool CarryMomentum { get; init; }

    public required int CropPadding { get; init; }

    public required bool Flip { get; init; }

    /// <summary>The images.</summary>
    public required DataSettings Data { get; init; }

    /// <summary>"cpu", "cuda", or "auto".</summary>
    public required string Device { get; init; }

    /// <summary>What a GPU multiplies with: <see cref="Float32"/>, <see cref="Tf32"/> or <see cref="BFloat16"/>.</summary>
    public required string Precision { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Threads; null for RECEDE_THREADS or all processors.</summary>
    public required int? Threads { get; init; }

    public required int LatencyBatch { get; init; }

    /// <summary>Folder that gets run.json and checkpoints; null for none.</summary>
    public required string? Out { get; init; }

    /// <summary>Whether to go on with the run that the folder holds.</summary>
    public bool Resume { get; init; }

    /// <summary>How many past epochs' networks are kept in the folder.</summary>
    public required int Keep { get; init; }

    /// <summary>The command line that says all this, to be kept with the run.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public required bool Quiet { get; init; }

    /// <summary>How a GPU is to compute.</summary>
    public CudaOptions CreateCudaOptions() => new()
    {
        AllowTf32 = Precision == Tf32,
        ActivationType = Precision == BFloat16 ? ElementType.BFloat16 : ElementType.Float32,
    };

    /// <summary>The run that the engine is to do.</summary>
    public PruningRunOptions CreateRun(Device device, DatasetPair data)
    {
        var images = new NetworkOptions
        {
            Height = data.Train.Height,
            Width = data.Train.Width,
            Channels = data.Train.Channels,
            Classes = data.Train.Classes,
            Norm = Method is PruningMethod.Bounded or PruningMethod.Random ? Norm.Bounded : Norm.Plain,
            Seed = Seed,
        };
        var training = new FitOptions
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            LearningRate = LearningRate,
            Decay = Decay,
            WarmUpEpochs = WarmUpEpochs,
            WeightDecay = WeightDecay,
            LabelSmoothing = LabelSmoothing,
            Penalty = CreatePenalty(StepsOf(data)),
            CropPadding = CropPadding,
            Flip = Flip,
            Seed = Seed,
        };
        return new PruningRunOptions
        {
            CreateNetwork = () => Networks.Create(Network, device, images),
            Method = Method,
            Training = training,
            FineTuning = training with
            {
                Epochs = FineTuneEpochs,
                LearningRate = FineTuneLearningRate,
                WarmUpEpochs = 0,
                Penalty = null,
                CarryMomentum = CarryMomentum,
            },
            Ratios = Ratios,
            MinimumChannels = MinimumChannels,
            Seed = Seed,
            LatencyBatch = LatencyBatch,
        };
    }

    /// <summary>Optimiser steps of the training.</summary>
    private long StepsOf(DatasetPair data) => Epochs * (((long)data.Train.Count + BatchSize - 1) / BatchSize);

    private ScalePenalty? CreatePenalty(long steps)
    {
        // Both penalties' pulls add up over the steps, so both are scaled alike.
        var lambda = Lambda ?? PolarisingPenalty.LambdaFor(PublishedStrength.Lambda(Network, Method), steps);
        return Method switch
        {
            _ when lambda == 0 => null,
            PruningMethod.Bounded or PruningMethod.Random => new PolarisingPenalty(lambda, Shift),
            PruningMethod.L1 => new L1Penalty(lambda),
            _ => null,
        };
    }
}
