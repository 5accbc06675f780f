namespace Recede.Engine.Core;

/// <summary>What a checkpoint can save and restore.</summary>
public interface IStateful
{
    /// <summary>Writes all that must come back.</summary>
    void SaveState(StateWriter writer);

    /// <summary>Takes over what <see cref="SaveState"/> wrote, or throws and changes nothing.</summary>
    /// <exception cref="InvalidDataException">It is not what this reads.</exception>
    void RestoreState(StateReader reader);
}
