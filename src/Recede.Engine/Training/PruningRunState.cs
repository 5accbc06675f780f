using Recede.Engine.Core;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Engine.Training;

/// <summary>How far a <see cref="PruningRun"/> has come.</summary>
/// <param name="network">The network that is trained or fine-tuned; what <see cref="Fit"/> belongs to.</param>
/// <param name="head">What run it is.</param>
internal sealed class PruningRunState(Network network, RunHead head) : IStateful
{
    /// <summary>What a checkpoint of such a run calls it.</summary>
    public const string Kind = "pruning run";

    /// <summary>The training or fine-tuning that is under way; null between two.</summary>
    public FitState? Fit { get; set; }

    /// <summary>The training, once it is done.</summary>
    public FitResult? Training { get; set; }

    /// <summary>The trained network's figures.</summary>
    public NetworkResult? Unpruned { get; set; }

    /// <summary>The ratios that are done.</summary>
    public List<PrunedResult> Pruned { get; } = [];

    /// <summary>The plan of the fine-tuning that is under way.</summary>
    public PruningPlan? Plan { get; set; }

    /// <summary>The pruned network before that fine-tuning.</summary>
    public Evaluation Before { get; set; }

    /// <summary>How far masking and shrinking were apart; null in a run that was begun before this was looked at.</summary>
    public MaskedComparison? Masked { get; set; }

    /// <inheritdoc/>
    public void SaveState(StateWriter writer)
    {
        head.SaveState(writer);
        Fit?.SaveState(writer.Section("fit"));
        if (Training is not null && Unpruned is not null)
        {
            RunRecords.Save(writer.Section("training"), Training);
            RunRecords.Save(writer.Section("unpruned"), Unpruned);
        }

        foreach (var pruned in Pruned)
        {
            RunRecords.Save(writer.Append("pruned"), pruned);
        }

        if (Plan is not null)
        {
            RunRecords.Save(writer, Plan, Before, Masked);
        }
    }

    /// <inheritdoc/>
    public void RestoreState(StateReader reader)
    {
        head.RestoreState(reader);
        if (reader.Has("fit"))
        {
            Fit = new FitState(network);
            Fit.RestoreState(reader.Section("fit"));
        }

        if (reader.Has("training"))
        {
            Training = RunRecords.ReadFit(reader.Section("training"));
            Unpruned = RunRecords.ReadNetwork(reader.Section("unpruned"));
        }

        Pruned.AddRange(reader.List("pruned").Select(RunRecords.ReadPruned));
        if (reader.Has("plan"))
        {
            (Plan, Before, Masked) = RunRecords.ReadPlan(reader);
        }
    }
}
