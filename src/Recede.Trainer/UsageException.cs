namespace Recede.Trainer;

/// <summary>The program was asked wrongly; the message is one line that says what was expected.</summary>
internal sealed class UsageException(string message) : Exception(message);
