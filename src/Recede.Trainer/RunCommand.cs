using System.CommandLine;
using Recede.Engine.Data;
using Recede.Engine.Reports;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede run</c>: train, prune at each ratio, fine-tune, report.</summary>
internal sealed class RunCommand : ProgramCommand
{
    private readonly RunOptions _options = new();

    /// <inheritdoc/>
    public override string Name => "run";

    /// <inheritdoc/>
    public override string Summary => "Train a network, prune it at each ratio, fine-tune and report.";

    /// <inheritdoc/>
    public override bool HasPresets => true;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> Groups => _options.Groups;

    /// <inheritdoc/>
    public override string Introduction => """
        recede run - train a network, prune it, fine-tune what is left, report

        Usage: recede run [options]

        What happens
          1. A network is trained on images. Every channel has an importance between
             0 and 1, and a penalty pulls weak ones to 0 and leaves strong ones alone,
             so that by and by they split in two.
          2. For each ratio, a copy of the trained network loses that share of its
             channels, the least important ones: its arrays really become smaller.
          3. The copy is measured as it is, fine-tuned without the penalty, and
             measured again: accuracy, parameters, FLOPs, bytes, time.
          Without options: vgg-small on 10,000 embedded Fashion-MNIST images, 8 epochs,
          50 % and 90 % of the channels pruned, 3 epochs of fine-tuning each.

        Examples
          recede run
          recede run --out results                      also writes results/report.html
          recede run --resume --out results             goes on with it, if it was ended
          recede run --method l1                        the same with a baseline
          recede run --network resnet-20 --epochs 12 --ratios 0.3,0.5,0.7
          recede run --data fashion-mnist --augment crop+flip --epochs 20
          recede run --preset vgg16-cifar10 --data cifar10 --out vgg
        """;

    /// <inheritdoc/>
    public override string Conclusion => $"{HelpText.NamedData}\n\n{HelpText.ExitCodes}";

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        var settings = _options.Resolve(line, invocation.Parse);
        var output = settings.Train.Output;
        var display = invocation.CreateDisplay(output.Quiet);
        using var folder = output.Open();
        using var data = settings.Train.Data.Open(display, invocation.Cancellation, settings.Train.Training.CropSeed);
        var choice = settings.Train.Machine.Open();
        using var device = choice.Device;
        var run = settings.CreateRun(device, data);
        display.Begin(Header(settings, run, data, choice), settings.Train.Model.Scores);
        var result = output.Follow(display, listener => PruningRun.Execute(run, data, listener, folder, output.Resume, invocation.Cancellation));
        var report = RunReport.Of(run, result, data, device);
        string? written = null;
        OutputFolder.SaveAndShow(
            () =>
            {
                if (output.ReportPath is { } path)
                {
                    RunJson.Save(report, path);
                    written = path;
                    HtmlReport.Save([StoredRun.Load(path, output.Folder!)], output.PagePath!);
                }
            },
            () => display.End(report, written));
    }

    private static IEnumerable<(string Name, string Value)> Header(
        RunSettings settings, PruningRunOptions run, DatasetPair data, DeviceChoice choice)
    {
        var tuning = run.FineTuning.Epochs == 0
            ? "no fine-tuning"
            : Figures.Format($"{Figures.Epochs(run.FineTuning.Epochs)} of fine-tuning from lr {run.FineTuning.LearningRate}");
        return
        [
            .. HeaderLines.Machine(choice),
            .. HeaderLines.Training(settings.Train, run.Training, data),
            ("pruning", $"{string.Join(", ", run.Ratios.Select(Figures.Ratio))}; {tuning}"),
            .. HeaderLines.Report(settings.Train.Output),
            .. HeaderLines.Page(settings.Train.Output),
        ];
    }
}
