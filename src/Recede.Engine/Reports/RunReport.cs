using Recede.Engine.Data;
using Recede.Engine.Data.Crops;
using Recede.Engine.Devices;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>
/// What a whole run was and what it gave: the data of run.json. Accuracies are shares, 0..1; FLOPs are multiply-adds of
/// convolutions and linear layers for one image; bytes are those of the trainable values.
/// </summary>
public sealed record RunReport
{
    /// <summary>The engine's version.</summary>
    public string EngineVersion { get; init; } = EngineInfo.Version;

    /// <summary>Short name of the device: "cpu".</summary>
    public required string Device { get; init; }

    /// <summary>Threads that the device works with.</summary>
    public required int Threads { get; init; }

    /// <summary>The vector instructions in use: "Vector512", "Vector256" or "Scalar".</summary>
    public required string Simd { get; init; }

    /// <summary>What it multiplied with: "float32", "tf32" or "bfloat16".</summary>
    public required string Precision { get; init; }

    /// <summary>Whether 3x3 convolutions may take Winograd's tiles; null on a GPU, which has no such choice.</summary>
    public required bool? Winograd { get; init; }

    /// <summary>Name of the data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Training images.</summary>
    public required int TrainImages { get; init; }

    /// <summary>Test images.</summary>
    public required int TestImages { get; init; }

    /// <summary>Rows of an image as the network gets it, H.</summary>
    public required int ImageHeight { get; init; }

    /// <summary>Columns of an image as the network gets it, W.</summary>
    public required int ImageWidth { get; init; }

    /// <summary>Whether an epoch takes a random part of each training image, stretched.</summary>
    public required bool RandomCrops { get; init; }

    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>How it was trained and pruned.</summary>
    public required PruningMethod Method { get; init; }

    /// <summary>Seed of weights, order, augmentation and random choice.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How it was trained.</summary>
    public required FitOptions Training { get; init; }

    /// <summary>How each pruned network was fine-tuned.</summary>
    public required FitOptions FineTuning { get; init; }

    /// <summary>Channels that a layer kept at least.</summary>
    public required int MinimumChannels { get; init; }

    /// <summary>Optimiser steps of the training.</summary>
    public required long Steps { get; init; }

    /// <summary>The training's epochs, each with its histogram of importances.</summary>
    public required IReadOnlyList<EpochReport> Epochs { get; init; }

    /// <summary>The epoch, from 1, whose parameters were kept and pruned; 0 for none.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>The trained network.</summary>
    public required NetworkResult Unpruned { get; init; }

    /// <summary>The pruned networks, in the order of the ratios asked for.</summary>
    public required IReadOnlyList<PrunedResult> Pruned { get; init; }

    /// <summary>Images of a pass when the latency was measured.</summary>
    public required int LatencyBatch { get; init; }

    /// <summary>Seconds that the whole run took, in all the processes that it went on in.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Strength of the penalty on the scales; null when there was none.</summary>
    public float? Lambda => Training.Penalty switch
    {
        PolarisingPenalty penalty => penalty.Lambda,
        L1Penalty penalty => penalty.Lambda,
        _ => null,
    };

    /// <summary>Shift b of the polarising penalty; null when there was none.</summary>
    public float? Shift => (Training.Penalty as PolarisingPenalty)?.Shift;

    /// <summary>Gathers the report of a run.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="result">What it gave.</param>
    /// <param name="data">The images that it ran on.</param>
    /// <param name="device">The device that it ran on.</param>
    public static RunReport Of(
        PruningRunOptions options, PruningRunResult result, DatasetPair data, Device device)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(device);
        var batch = options.Training.BatchSize;
        var machine = MachineReport.Of(device);
        return new RunReport
        {
            Device = machine.Device,
            Threads = machine.Threads,
            Simd = machine.Simd,
            Precision = machine.Precision,
            Winograd = machine.Winograd,
            Dataset = data.Name,
            TrainImages = data.Train.Count,
            TestImages = data.Test.Count,
            ImageHeight = data.Train.Height,
            ImageWidth = data.Train.Width,
            RandomCrops = data.Train is CroppedImages { IsRandom: true },
            Network = result.Network,
            Method = options.Method,
            Seed = options.Seed,
            Training = options.Training,
            FineTuning = options.FineTuning,
            MinimumChannels = options.MinimumChannels,
            Steps = (long)options.Training.Epochs * ((data.Train.Count + (long)batch - 1) / batch),
            Epochs = result.Training.Epochs,
            BestEpoch = result.Training.BestEpoch,
            Unpruned = result.Unpruned,
            Pruned = result.Pruned,
            LatencyBatch = options.LatencyBatch,
            WallSeconds = result.WallSeconds,
        };
    }
}
