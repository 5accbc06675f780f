namespace Recede.Engine.Core;

/// <summary>Operands that do not fit an op; the message names the op, the layer, what was expected and what came.</summary>
public sealed class ShapeMismatchException : ArgumentException
{
    /// <summary>Makes the exception.</summary>
    public ShapeMismatchException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ShapeMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public ShapeMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
