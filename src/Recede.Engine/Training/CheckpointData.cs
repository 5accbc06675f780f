using Recede.Engine.Core;
using Recede.Engine.Data;

namespace Recede.Engine.Training;

/// <summary>What the checkpoints of a run say, beside the network, of the images that it was trained on.</summary>
/// <param name="identity">What is to be saved; null for nothing.</param>
public sealed class CheckpointData(DatasetIdentity? identity = null) : IStateful
{
    private const string SectionName = "data";

    /// <summary>The images; null when the checkpoint does not tell.</summary>
    public DatasetIdentity? Identity { get; private set; } = identity;

    /// <inheritdoc/>
    public void SaveState(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Identity?.Save(writer.Section(SectionName));
    }

    /// <inheritdoc/>
    public void RestoreState(StateReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Identity = reader.Has(SectionName) ? DatasetIdentity.Read(reader.Section(SectionName)) : null;
    }
}
