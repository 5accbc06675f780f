using Recede.Engine;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Reports;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede run</c>: train, prune at each ratio, fine-tune, report.</summary>
internal static class RunCommand
{
    private const string ReportName = "run.json";

    /// <summary>Does it all.</summary>
    /// <exception cref="UsageException">The settings do not fit the data.</exception>
    public static void Execute(RunSettings settings, IRunDisplay display, CancellationToken cancellation)
    {
        var reportPath = settings.Out is null ? null : Path.Combine(OutputFolder.Prepare(settings.Out), ReportName);
        using var folder = OpenFolder(settings);
        var data = settings.Data.Open();
        var choice = OpenDevice(settings);
        using var device = choice.Device;
        var run = settings.CreateRun(device, data);
        var scores = settings.Method is PruningMethod.Bounded or PruningMethod.Random ? "Importances" : "Scales |gamma|";
        display.Begin(Header(settings, run, data, choice, reportPath), scores);
        PruningRunResult result;
        try
        {
            result = display.Follow(() => PruningRun.Execute(run, data, display, folder, settings.Resume, cancellation));
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException(
                folder is null ? "nothing of it is kept, since there was no --out" : $"go on with it by recede run --resume --out {settings.Out}", e);
        }

        var report = RunReport.Of(run, result, data, device);
        string? written = null;
        try
        {
            if (reportPath is not null)
            {
                RunJson.Save(report, reportPath);
                written = reportPath;
            }
        }
        finally
        {
            // What a run of hours found is shown even where it could not be written.
            display.End(report, written);
        }
    }

    // Nothing falls back in silence: who asks for what only a GPU has is told why there is none.
    private static DeviceChoice OpenDevice(RunSettings settings)
    {
        var choice = DeviceChoice.Open(settings.Device, settings.Threads, settings.CreateCudaOptions());
        if (choice.Device.Precision != settings.Precision)
        {
            choice.Device.Dispose();
            throw new DeviceUnavailableException(
                $"--precision {settings.Precision}: the CPU computes in {choice.Device.Precision}; --device {choice.Reason}");
        }

        return choice;
    }

    private static RunFolder? OpenFolder(RunSettings settings)
    {
        if (settings.Out is null)
        {
            return null;
        }

        var folder = RunFolder.Open(settings.Out);
        if (folder.CanResume && !settings.Resume)
        {
            folder.Dispose();
            throw new UsageException($"--out {settings.Out} holds a run: go on with it by recede run --resume --out {settings.Out}, or give another folder");
        }

        folder.Settings = StoredArguments.Write(settings.Arguments);
        folder.Keep = settings.Keep;
        return folder;
    }

    private static List<(string Name, string Value)> Header(
        RunSettings settings, PruningRunOptions run, DatasetPair data, DeviceChoice choice, string? reportPath)
    {
        var tuning = settings.FineTuneEpochs == 0
            ? "no fine-tuning"
            : Figures.Format($"{Figures.Epochs(settings.FineTuneEpochs)} of fine-tuning from lr {run.FineTuning.LearningRate}");
        var augmentation = (settings.CropPadding > 0, settings.Flip) switch
        {
            (true, true) => ", crop and flip",
            (true, false) => ", crop",
            (false, true) => ", flip",
            _ => "",
        };
        List<(string, string)> lines =
        [
            ("recede", Figures.Format($"{EngineInfo.Version}, {choice.Device.Description}{(choice.Device is CudaDevice ? ", " + choice.Device.Precision : "")}")),
            ("data", Figures.Format(
                $"{data.Name} ({settings.Data.Origin}): {data.Train.Count:N0} + {data.Test.Count:N0} images, {data.Train.Height}x{data.Train.Width}x{data.Train.Channels}")),
            ("network", settings.Network + (settings.Preset is { } preset ? $" (preset {preset.Name})" : "")),
            ("method", MethodLine(settings, run)),
            ("training", Figures.Format(
                $"{Figures.Epochs(run.Training.Epochs)}, batch {run.Training.BatchSize}, {(settings.Decay == LearningRateDecay.Step ? "step" : "cosine")} from lr {run.Training.LearningRate}{augmentation}, seed {settings.Seed}")),
            ("pruning", $"{string.Join(", ", settings.Ratios.Select(Figures.Ratio))}; {tuning}"),
        ];
        if (choice.Reason is not null)
        {
            lines.Insert(1, ("device", choice.Reason));
        }

        if (reportPath is not null)
        {
            lines.Add(("report", reportPath));
        }

        return lines;
    }

    private static string MethodLine(RunSettings settings, PruningRunOptions run)
    {
        var chosen = settings.Lambda is null ? " (auto)" : "";
        var penalty = run.Training.Penalty switch
        {
            PolarisingPenalty polarising => $"polarising penalty, lambda {Figures.Small(polarising.Lambda)}{chosen}, b {Figures.Small(polarising.Shift)}",
            L1Penalty l1 => $"L1 on the scales, lambda {Figures.Small(l1.Lambda)}{chosen}",
            _ => "no penalty",
        };
        return settings.Method switch
        {
            PruningMethod.Bounded => $"bounded; {penalty}",
            PruningMethod.L1 => $"l1; {penalty}",
            PruningMethod.Uniform => $"uniform; {penalty}",
            _ => $"random; {penalty}",
        };
    }
}
