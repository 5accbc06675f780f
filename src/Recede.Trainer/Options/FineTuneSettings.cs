using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>How a command line asks for a checkpoint to be trained further.</summary>
/// <param name="File">The checkpoint.</param>
/// <param name="Data">The images.</param>
/// <param name="Training">The recipe.</param>
/// <param name="CarryMomentum">Whether it begins with the checkpoint's momentum.</param>
/// <param name="Machine">What it is computed on.</param>
/// <param name="Output">What it leaves behind.</param>
internal sealed record FineTuneSettings(
    string File, DataSettings Data, TrainingSettings Training, bool CarryMomentum, MachineSettings Machine, OutputSettings Output) : IRunSettings
{
    /// <inheritdoc/>
    public IEnumerable<(string Option, string Value)> Values =>
        [("FILE", File), .. Data.Values, .. Training.Values, ("--carry-momentum", Figures.Flag(CarryMomentum)), .. Machine.Values];
}
