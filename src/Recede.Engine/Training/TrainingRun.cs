using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>Trains a network, or trains one further, and measures it.</summary>
public static class TrainingRun
{
    /// <summary>Runs it all.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="data">The images.</param>
    /// <param name="listener">Who follows the run; null for nobody.</param>
    /// <param name="folder">Keeps the run, so that it can go on after whatever ends it; null keeps nothing.</param>
    /// <param name="resume">Whether to go on with what the folder holds. The options and the data must be those of that run; the
    /// result then has the very bits of a run that nothing ended.</param>
    /// <param name="cancellation">Ends the run between two steps, or two batches of an evaluation.</param>
    /// <exception cref="ArgumentException">The options or the data do not fit, or are not those of the run to go on with; the message tells
    /// both values.</exception>
    /// <exception cref="DeviceOutOfMemoryException">A step, or a pass over the latency batch, which is tried first, does not fit into memory.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the folder holds it as it was then.</exception>
    /// <exception cref="InvalidDataException">The folder's checkpoint is damaged, or of another kind of run.</exception>
    /// <exception cref="IOException">The folder cannot be written or read.</exception>
    public static TrainingRunResult Execute(
        TrainingRunOptions options,
        DatasetPair data,
        ITrainingRunListener? listener = null,
        RunFolder? folder = null,
        bool resume = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        options.Validated();
        var head = new RunHead(TrainingRunState.Kind, RunTerms.Of(options), folder?.Begin(data)) { Settings = folder?.Settings ?? "" };
        if (!resume)
        {
            using var made = options.CreateNetwork();
            return Run(options, data, listener, folder, new TrainingRunState(made, head) { Fit = new FitState(made) }, made, head, cancellation);
        }

        using var file = (folder ?? throw new ArgumentException("A run is resumed from a folder.", nameof(resume))).OpenLast();
        using var network = file.ReadNetwork(options.Device);
        var state = new TrainingRunState(network, head);
        file.Restore(state);
        head.RequireSame();
        head.Settings = folder.Settings;
        return Run(options, data, listener, folder, state, network, head, cancellation);
    }

    private static TrainingRunResult Run(
        TrainingRunOptions options,
        DatasetPair data,
        ITrainingRunListener? listener,
        RunFolder? folder,
        TrainingRunState state,
        Network network,
        RunHead head,
        CancellationToken cancellation)
    {
        if (state.Result is { } result && head.MeasuredOn != network.Device.Description)
        {
            // It went on with another device than it was done on: what is reported is this one's.
            state.Result = Measure(result.Accuracy);
        }

        head.MeasuredOn = network.Device.Description;
        if (state.Fit is { } fit)
        {
            LatencyMeter.Try(network, options.LatencyBatch);
            using var loop = new TrainingLoop(network, data);
            if (options.IsFineTuning)
            {
                state.Before ??= RunKeeper.Kept(folder, network, state, () => loop.Evaluate(data.Test, cancellation));
            }

            listener?.OnPhase(options.IsFineTuning ? "fine-tune" : "train", options.Training.Epochs);
            var trained = RunKeeper.Fit(loop, options.Training, fit, folder, state, listener, keepsBest: true, cancellation);
            state.Result = Measure(trained.Final.Accuracy);
            (state.Training, state.Fit) = (trained, null);
            folder?.SaveTrained(network);
            folder?.SaveLast(network, state);
            listener?.OnTrained(trained, state.Result);
        }

        return new TrainingRunResult(network.Name, state.Before, state.Training!, state.Result!, head.Clock.Seconds);

        NetworkResult Measure(double accuracy) =>
            new(accuracy, network.Cost(), LatencyMeter.Measure(network, options.LatencyBatch, cancellation: cancellation));
    }
}
