using Recede.Engine.Data;
using Recede.Engine.Devices;

namespace Recede.Engine.Training;

/// <summary>Trains a network, then for each ratio prunes what was trained, fine-tunes and measures it.</summary>
public static class PruningRun
{
    /// <summary>Runs it all.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="data">The images.</param>
    /// <param name="listener">Who follows the run; null for nobody.</param>
    /// <param name="folder">Keeps the run, so that it can go on after whatever ends it; null keeps nothing.</param>
    /// <param name="resume">Whether to go on with what the folder holds. The options and the data must be those of that run; the
    /// result then has the very bits of a run that nothing ended.</param>
    /// <param name="cancellation">Ends the run between two steps, or two batches of an evaluation.</param>
    /// <exception cref="ArgumentException">The options or the data do not fit, or are not those of the run to go on with; the message tells
    /// both values.</exception>
    /// <exception cref="DeviceOutOfMemoryException">A step, or a pass over the latency batch, which is tried first, does not fit into memory.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the folder holds it as it was then.</exception>
    /// <exception cref="InvalidDataException">The folder's checkpoint is damaged.</exception>
    /// <exception cref="IOException">The folder cannot be written or read.</exception>
    public static PruningRunResult Execute(
        PruningRunOptions options,
        DatasetPair data,
        IPruningRunListener? listener = null,
        RunFolder? folder = null,
        bool resume = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        options.Validated();
        using var session = new PruningSession(options, data, listener, folder, resume);
        return session.Run(cancellation);
    }
}
