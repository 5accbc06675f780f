using System.CommandLine;
using Recede.Engine.Reports;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede train</c>: train one network, and keep it.</summary>
internal sealed class TrainCommand : ProgramCommand
{
    private readonly TrainOptions _options = new(new OutputOptions(
        "train.json with all figures, and checkpoints as it goes: last.safetensors to go on with, best.safetensors, and at the end "
        + "trained.safetensors, the best epoch with the momentum that training ended with.",
        "the figures at the end"));

    /// <inheritdoc/>
    public override string Name => "train";

    /// <inheritdoc/>
    public override string Summary => "Train a network, to be pruned later.";

    /// <inheritdoc/>
    public override bool HasPresets => true;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> Groups => [.. _options.Before, _options.Behind];

    /// <inheritdoc/>
    public override string Introduction => """
        recede train - train a network, to be pruned later

        Usage: recede train [options]

        The first step of recede run alone: a network is trained on images, and a
        penalty makes its channels' importances split in two. The epoch that is best on
        the test images is kept. Without options: vgg-small on 10,000 embedded
        Fashion-MNIST images, 8 epochs.

        From one step to the next
          recede train --out a                          writes a/trained.safetensors
          recede inspect a/trained.safetensors          its layers and importances
          recede prune a/trained.safetensors --ratios 0.5 --out b
          recede finetune b/pruned-50.safetensors --out c
          recede eval c/best.safetensors

        More examples
          recede train --resume --out a                 goes on with it, if it was ended
          recede train --network resnet-20 --method l1 --epochs 12 --out a
        """;

    /// <inheritdoc/>
    public override string Conclusion => $"{HelpText.NamedData}\n\n{HelpText.ExitCodes}";

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        var settings = Resumption.Resolve(line, _options.Output, _options.Free, invocation.Parse, _options.Resolve);
        var output = settings.Output;
        var display = invocation.CreateDisplay(output.Quiet);
        using var folder = output.Open();
        using var data = settings.Data.Open(display, invocation.Cancellation, settings.Training.CropSeed);
        var choice = settings.Machine.Open();
        using var device = choice.Device;
        var run = settings.CreateRun(device, data);
        display.Begin([.. HeaderLines.Machine(choice), .. HeaderLines.Training(settings, run.Training, data), .. HeaderLines.Report(output)], settings.Model.Scores);
        var result = output.Follow(display, listener => TrainingRun.Execute(run, data, listener, folder, output.Resume, invocation.Cancellation));
        output.Report(display, new TrainingReport(run, result, data.Identity, MachineReport.Of(device)));
    }
}
