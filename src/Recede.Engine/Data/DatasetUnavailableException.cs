namespace Recede.Engine.Data;

/// <summary>
/// A data set that was asked for by name is not here and could not be downloaded; the message says why, and which file to put
/// where.
/// </summary>
public sealed class DatasetUnavailableException : IOException
{
    /// <summary>Makes the error.</summary>
    public DatasetUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
