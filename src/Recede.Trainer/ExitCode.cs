namespace Recede.Trainer;

/// <summary>What the program answers to whoever started it.</summary>
internal static class ExitCode
{
    /// <summary>All done.</summary>
    public const int Success = 0;

    /// <summary>It was asked rightly and could not be done: unreadable data, no space, a training that diverged.</summary>
    public const int Failure = 1;

    /// <summary>It was asked wrongly: nothing was begun.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted by Ctrl-C: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
