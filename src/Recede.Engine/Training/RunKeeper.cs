using System.Diagnostics;
using Recede.Engine.Core;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>Saves a training or fine-tuning in a folder as it goes, and passes everything on.</summary>
internal sealed class RunKeeper : ITrainingListener
{
    private readonly RunFolder _folder;
    private readonly Network _network;
    private readonly IStateful _run;
    private readonly ITrainingListener? _listener;
    private readonly bool _keepsBest;
    private long _saved = Stopwatch.GetTimestamp();

    private RunKeeper(RunFolder folder, Network network, IStateful run, ITrainingListener? listener, bool keepsBest) =>
        (_folder, _network, _run, _listener, _keepsBest) = (folder, network, run, listener, keepsBest);

    /// <summary>Trains on from where a state stands.</summary>
    /// <param name="loop">The loop of the network.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="fit">Where it stands.</param>
    /// <param name="folder">Where it is kept; null for nowhere.</param>
    /// <param name="run">The run that it belongs to: what is saved with the network.</param>
    /// <param name="listener">Who follows it; null for nobody.</param>
    /// <param name="keepsBest">Whether the folder gets the best epoch and past ones.</param>
    /// <param name="cancellation">Ends it between two steps, or two batches of an evaluation; it is saved then.</param>
    public static FitResult Fit(
        TrainingLoop loop,
        FitOptions options,
        FitState fit,
        RunFolder? folder,
        IStateful run,
        ITrainingListener? listener,
        bool keepsBest,
        CancellationToken cancellation)
    {
        var follower = folder is null ? listener : new RunKeeper(folder, loop.Network, run, listener, keepsBest);
        return Kept(folder, loop.Network, run, () => loop.Fit(options, fit, follower, cancellation));
    }

    /// <summary>Does a part of a run, which is saved where the part is cancelled.</summary>
    public static T Kept<T>(RunFolder? folder, Network network, IStateful run, Func<T> part)
    {
        try
        {
            return part();
        }
        catch (OperationCanceledException)
        {
            folder?.SaveLast(network, run);
            throw;
        }
    }

    /// <inheritdoc/>
    public void OnStep(in StepReport report)
    {
        if (Stopwatch.GetElapsedTime(_saved) >= _folder.Interval)
        {
            Save();
        }

        _listener?.OnStep(report);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochReport report)
    {
        if (_keepsBest)
        {
            _folder.SaveEpoch(_network, report.Epoch);
            if (report.IsBest)
            {
                _folder.SaveBest(_network);
            }
        }

        Save();
        _listener?.OnEpoch(report);
    }

    private void Save()
    {
        _folder.SaveLast(_network, _run);
        _saved = Stopwatch.GetTimestamp();
    }
}
