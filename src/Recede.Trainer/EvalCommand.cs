using System.CommandLine;
using System.Diagnostics;
using Recede.Engine.Data;
using Recede.Engine.Reports;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede eval FILE</c>: loss, accuracy and latency of a checkpoint.</summary>
internal sealed class EvalCommand : ProgramCommand
{
    private const string ReportName = "eval.json";

    private readonly Argument<string> _file = CheckpointArgument.Required();
    private readonly DataOptions _data = new(DataOptions.OfCheckpoint, trains: false);
    private readonly MachineOptions _machine = new();
    private readonly Option<string> _out = OutputOptions.FolderOption($"Folder, made if need be, that gets {ReportName}. Default: none is written.");

    /// <inheritdoc/>
    public override string Name => "eval";

    /// <inheritdoc/>
    public override string Summary => "Tell a checkpoint's loss, accuracy and latency.";

    /// <inheritdoc/>
    public override Argument File => _file;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> Groups =>
        [new("Data", _data.All), new("Machine and output", [.. _machine.All, _out])];

    /// <inheritdoc/>
    public override string Introduction => """
        recede eval - tell a checkpoint's loss, accuracy and latency

        Usage: recede eval FILE [options]

        FILE is a checkpoint, pruned or not. It says itself what network it is, on which
        images it was trained and how they are normalised: without --data their test
        images are taken. Where a network meets other images, they are normalised as
        those were that it was trained on.

        Examples
          recede eval results/pruned-90.safetensors
          recede eval results/best.safetensors --threads 1 --latency-batch 1 --out one
          recede eval vgg/best.safetensors --data cifar10
        """;

    /// <inheritdoc/>
    public override string Conclusion => $"{HelpText.NamedData}\n\nThere is nothing to resume: an evaluation that was ended is begun again.";

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        var started = Stopwatch.GetTimestamp();
        var display = invocation.CreateDisplay();
        var (path, source, machine) = (line.GetRequiredValue(_file), _data.Resolve(line, null), _machine.Resolve(line));
        var folder = line.GetValue(_out) is { } name ? OutputFolder.Prepare(name) : null;
        using var file = new GivenCheckpoint(path);
        using var data = file.OpenData(ref source, display, invocation.Cancellation);
        var choice = machine.Open();
        using var device = choice.Device;
        using var network = file.Read(device, momentum: false);
        display.Begin(
            [
                .. HeaderLines.Machine(choice),
                HeaderLines.Data(source, data),
                .. HeaderLines.Trained(file.Trained, data),
                HeaderLines.Network(network, path),
            ],
            HeaderLines.Scores(network));
        using var loop = new TrainingLoop(network, data);
        var (evaluation, latency) = Evaluate(loop, data, machine.LatencyBatch, invocation.Cancellation);
        var result = new NetworkResult(evaluation.Accuracy, network.Cost(), latency);
        var report = new EvaluationReport(path, network.Name, data.Name, evaluation, result, machine.LatencyBatch, MachineReport.Of(device));
        string? written = null;
        OutputFolder.SaveAndShow(
            () =>
            {
                if (folder is not null)
                {
                    report.Save(Path.Combine(folder, ReportName));
                    written = Path.Combine(folder, ReportName);
                }
            },
            () => display.End(ResultLines.Of(report), Stopwatch.GetElapsedTime(started).TotalSeconds, written));
    }

    private static (Evaluation Evaluation, double Latency) Evaluate(
        TrainingLoop loop, DatasetPair data, int latencyBatch, CancellationToken cancellation)
    {
        try
        {
            return (loop.Evaluate(data.Test, cancellation), LatencyMeter.Measure(loop.Network, latencyBatch, cancellation: cancellation));
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException("nothing of it is kept: it is begun again", e);
        }
    }
}
