using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>
/// How far a training run has come: between two steps it and the network, its momentum included, are all that the run needs to go
/// on with the very bits that it would have had. Order of images, augmentation and dropout follow from seed, epoch and step.
/// </summary>
public sealed class FitState : IStateful
{
    private readonly Network _network;
    private readonly List<EpochReport> _epochs = [];
    private double _bestAccuracy = double.NegativeInfinity;

    // The network's size at the best epoch. Pruning makes it smaller, and the epochs before that are no longer to be had.
    private long _bestSize;

    // What it was begun with; null where it was not.
    private RunTerms? _terms;
    private DatasetPair? _data;
    private DatasetIdentity? _identity;

    /// <summary>A run of a network that has not begun.</summary>
    public FitState(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
    }

    /// <summary>The epoch that is under way, from 1; one more than there are when all are done.</summary>
    public int Epoch { get; private set; } = 1;

    /// <summary>Steps of that epoch that are done.</summary>
    public int Step { get; private set; }

    /// <summary>Reports of the epochs that are done.</summary>
    public IReadOnlyList<EpochReport> Epochs => _epochs;

    /// <summary>Epoch of the best test accuracy, from 1; 0 when none is done.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Whether no step is done.</summary>
    public bool IsFresh => Epoch == 1 && Step == 0;

    /// <summary>The epoch's totals so far.</summary>
    internal EpochTotals Totals { get; private set; }

    /// <summary>The best epoch's parameters, where they are kept.</summary>
    internal NetworkSnapshot? Best { get; private set; }

    private long Size => _network.Parameters.Sum(parameter => parameter.Shape.Count);

    /// <inheritdoc/>
    public void SaveState(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (_terms is not null)
        {
            _terms.Save(writer.Section("options"));
            new CheckpointData(_identity ??= _data!.Identity).SaveState(writer);
        }

        writer.Write("epoch", Epoch);
        writer.Write("step", Step);
        var totals = writer.Section("totals");
        totals.Write("loss", Totals.Loss);
        totals.Write("penalty", Totals.Penalty);
        totals.Write("correct", Totals.Correct);
        totals.Write("images", Totals.Images);
        totals.Write("seconds", Totals.Seconds);
        foreach (var epoch in _epochs)
        {
            RunRecords.Save(writer.Append("epochs"), epoch);
        }

        writer.Write("bestEpoch", BestEpoch);
        if (BestEpoch > 0 && _bestSize == Size)
        {
            writer.Write("bestAccuracy", _bestAccuracy);
            Best?.Save(writer.Section("best"));
        }
    }

    /// <inheritdoc/>
    public void RestoreState(StateReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var epoch = reader.Integer("epoch", 1);
        var step = reader.Integer("step");
        var section = reader.Section("totals");
        var totals = new EpochTotals(
            section.Number("loss"), section.Number("penalty"), section.Long("correct"), section.Long("images"), section.Number("seconds"));
        var epochs = reader.List("epochs").Select(RunRecords.ReadEpoch).ToList();
        var bestEpoch = reader.Integer("bestEpoch", 0, epoch - 1);
        var bestAccuracy = reader.Has("bestAccuracy") ? reader.Number("bestAccuracy") : double.NegativeInfinity;
        var best = reader.Has("best") ? NetworkSnapshot.Read(_network, reader.Section("best")) : null;
        if (epochs.Count != epoch - 1)
        {
            throw reader.Error($"epoch {epoch} is under way, and {epochs.Count} are reported");
        }

        var terms = reader.Has("options") ? RunTerms.Of(new FitOptions()).Read(reader.Section("options")) : null;
        var identity = terms is null ? null : DatasetIdentity.Read(reader.Section("data"));
        (_terms, _data, _identity) = (terms, null, identity);
        (Epoch, Step, Totals, BestEpoch, Best) = (epoch, step, totals, bestEpoch, best);
        (_bestAccuracy, _bestSize) = (bestAccuracy, double.IsFinite(bestAccuracy) ? Size : 0);
        _epochs.Clear();
        _epochs.AddRange(epochs);
    }

    /// <summary>The run begins, or goes on.</summary>
    /// <exception cref="ArgumentException">It was begun with other options or images.</exception>
    internal void Begin(FitOptions options, DatasetPair data)
    {
        var terms = RunTerms.Of(options);
        if (_terms is not null)
        {
            terms.RequireSame(_terms);
            if (!ReferenceEquals(data, _data))
            {
                data.Identity.RequireSame(_identity ??= _data!.Identity);
            }
        }

        (_terms, _data) = (terms, data);
    }

    /// <summary>A step is done.</summary>
    internal void Add(StepResult step, int images, double seconds)
    {
        Totals = Totals.With(step, images, seconds);
        Step++;
    }

    /// <summary>An epoch's test accuracy is known; true when it is the best so far.</summary>
    internal bool Offer(double accuracy, bool keep)
    {
        if (_bestSize != Size)
        {
            Best = null;
            _bestAccuracy = double.NegativeInfinity;
        }

        if (!(accuracy > _bestAccuracy))
        {
            return false;
        }

        (_bestAccuracy, _bestSize) = (accuracy, Size);
        BestEpoch = Epoch;
        if (keep)
        {
            Best ??= _network.Snapshot();
            Best.Update();
        }

        return true;
    }

    /// <summary>The epoch is done.</summary>
    internal void End(EpochReport report)
    {
        _epochs.Add(report);
        Epoch++;
        Step = 0;
        Totals = default;
    }
}
