namespace Recede.Engine.Core;

/// <summary>A value or gradient became NaN or infinite; the message names the first op or parameter that went bad.</summary>
public sealed class NonFiniteException : ArithmeticException
{
    /// <summary>Makes the exception.</summary>
    public NonFiniteException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public NonFiniteException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public NonFiniteException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
