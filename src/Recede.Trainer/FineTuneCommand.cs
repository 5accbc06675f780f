using System.CommandLine;
using Recede.Engine.Reports;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede finetune FILE</c>: train a checkpoint further.</summary>
internal sealed class FineTuneCommand : ProgramCommand
{
    private readonly FineTuneOptions _options = new();

    /// <inheritdoc/>
    public override string Name => "finetune";

    /// <inheritdoc/>
    public override string Summary => "Train a checkpoint further, without a penalty.";

    /// <inheritdoc/>
    public override Argument File => _options.File;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> Groups => _options.Groups;

    /// <inheritdoc/>
    public override string Introduction => """
        recede finetune - train a checkpoint further, without a penalty

        Usage: recede finetune FILE [options]

        FILE is a checkpoint, pruned or not: what recede prune, train or run wrote. It
        says itself what network it is, on which images it was trained and how they are
        normalised; give --data where those lie in a folder of their own. The epoch that
        is best on the test images is kept; FILE stays as it is.

        Examples
          recede finetune b/pruned-50.safetensors --out c
          recede finetune --resume --out c              goes on with it, if it was ended
          recede finetune b/pruned-50.safetensors --epochs 10 --lr 0.02 --carry-momentum
        """;

    /// <inheritdoc/>
    public override string Conclusion => $"{HelpText.NamedData}\n\n{HelpText.ExitCodes}";

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        var settings = _options.Resolve(line, invocation.Parse);
        var output = settings.Output;
        var display = invocation.CreateDisplay(output.Quiet);
        using var folder = output.Open();
        if (folder is not null && !output.Resume && folder.Replaces(settings.File))
        {
            throw new UsageException($"--out {output.Folder}: the run would replace FILE, {settings.File}: give another folder");
        }

        using var file = new GivenCheckpoint(folder is not null && output.Resume ? folder.LastPath : settings.File);
        var source = settings.Data;
        using var data = file.OpenData(ref source, display, invocation.Cancellation, settings.Training.CropSeed);
        var choice = settings.Machine.Open();
        using var device = choice.Device;
        using var network = file.Read(device, momentum: settings.CarryMomentum && !output.Resume);
        var run = new TrainingRunOptions
        {
            CreateNetwork = () => network,
            Device = device,
            Training = settings.Training.CreateFit(penalty: null) with { CarryMomentum = settings.CarryMomentum },
            IsFineTuning = true,
            LatencyBatch = settings.Machine.LatencyBatch,
        };
        display.Begin(
            [
                .. HeaderLines.Machine(choice),
                HeaderLines.Data(source, data),
                .. HeaderLines.Trained(file.Trained, data),
                HeaderLines.Network(network, settings.File),
                ("training", settings.Training.Describe() + (settings.CarryMomentum ? ", with its momentum" : "")),
                .. HeaderLines.Report(output),
            ],
            HeaderLines.Scores(network));
        var result = output.Follow(display, listener => TrainingRun.Execute(run, data, listener, folder, output.Resume, invocation.Cancellation));
        output.Report(display, new TrainingReport(run, result, data.Identity, MachineReport.Of(device)));
    }
}
