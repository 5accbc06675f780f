using Recede.Engine.Core;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>How far a <see cref="TrainingRun"/> has come.</summary>
/// <param name="network">The network.</param>
/// <param name="head">What run it is.</param>
internal sealed class TrainingRunState(Network network, RunHead head) : IStateful
{
    /// <summary>What a checkpoint of such a run calls it.</summary>
    public const string Kind = "training run";

    /// <summary>The training that is under way; null once it is done.</summary>
    public FitState? Fit { get; set; }

    /// <summary>The network before a fine-tuning.</summary>
    public Evaluation? Before { get; set; }

    /// <summary>The training, once it is done.</summary>
    public FitResult? Training { get; set; }

    /// <summary>The trained network's figures.</summary>
    public NetworkResult? Result { get; set; }

    /// <inheritdoc/>
    public void SaveState(StateWriter writer)
    {
        head.SaveState(writer);
        Fit?.SaveState(writer.Section("fit"));
        if (Before is { } before)
        {
            RunRecords.Save(writer.Section("before"), before);
        }

        if (Training is not null && Result is not null)
        {
            RunRecords.Save(writer.Section("training"), Training);
            RunRecords.Save(writer.Section("result"), Result);
        }
    }

    /// <inheritdoc/>
    public void RestoreState(StateReader reader)
    {
        head.RestoreState(reader);
        Before = reader.Has("before") ? RunRecords.ReadEvaluation(reader.Section("before")) : null;
        if (reader.Has("training"))
        {
            Training = RunRecords.ReadFit(reader.Section("training"));
            Result = RunRecords.ReadNetwork(reader.Section("result"));
            return;
        }

        Fit = new FitState(network);
        Fit.RestoreState(reader.Section("fit"));
    }
}
