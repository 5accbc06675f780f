namespace Recede.Engine.Training;

/// <summary>
/// A loss or gradient became NaN or infinite; the message names epoch, step and the first op or parameter that went bad.
/// The network keeps the weights of the step before; running statistics may have taken in the bad step.
/// </summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Makes the exception.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
