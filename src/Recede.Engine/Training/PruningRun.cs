using System.Globalization;
using Recede.Engine.Data;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>Trains a network, then for each ratio prunes what was trained, fine-tunes and measures it.</summary>
public static class PruningRun
{
    /// <summary>Runs it all.</summary>
    /// <exception cref="ArgumentException">The options or the data do not fit.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static PruningRunResult Execute(
        PruningRunOptions options, DatasetPair data, IPruningRunListener? listener = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        options.Validated();
        using var trained = options.CreateNetwork();
        FitResult training;
        using (var trainer = new TrainingLoop(trained, data))
        {
            listener?.OnPhase("train", options.Training.Epochs);
            training = trainer.Fit(options.Training, listener, cancellation);
        }

        var unpruned = Measure(trained, training.Final, options);
        listener?.OnTrained(unpruned);
        var pruned = new List<PrunedResult>();
        foreach (var ratio in options.Ratios)
        {
            pruned.Add(PruneAndFineTune(options, data, trained, ratio, listener, cancellation));
        }

        return new PruningRunResult(trained.Name, training, unpruned, pruned);
    }

    private static PrunedResult PruneAndFineTune(
        PruningRunOptions options,
        DatasetPair data,
        Network trained,
        double ratio,
        IPruningRunListener? listener,
        CancellationToken cancellation)
    {
        using var network = options.CreateNetwork();
        network.CopyFrom(trained, companions: options.FineTuning.CarryMomentum);
        using var trainer = new TrainingLoop(network, data);
        var plan = options.Plan(network, ratio);
        trainer.Prune(plan);
        var before = trainer.Evaluate(data.Test);
        listener?.OnPruned(plan, before);
        listener?.OnPhase(string.Create(CultureInfo.InvariantCulture, $"fine-tune {ratio * 100:0.##} %"), options.FineTuning.Epochs);
        var tuning = trainer.Fit(options.FineTuning, listener, cancellation);
        var result = new PrunedResult(plan, before, tuning, Measure(network, tuning.Final, options));
        listener?.OnFineTuned(result);
        return result;
    }

    private static NetworkResult Measure(Network network, Evaluation final, PruningRunOptions options) =>
        new(final.Accuracy, network.Cost(), LatencyMeter.Measure(network, options.LatencyBatch));
}
