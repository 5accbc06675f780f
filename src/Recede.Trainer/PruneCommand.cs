using System.CommandLine;
using Recede.Engine.Checkpoints;
using Recede.Engine.Devices;
using Recede.Engine.Pruning;
using Recede.Engine.Reports;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary><c>recede prune FILE</c>: remove the least important channels of a checkpoint.</summary>
internal sealed class PruneCommand : ProgramCommand
{
    private const string ReportName = "prune.json";

    private readonly Argument<string> _file = CheckpointArgument.Required();
    private readonly PruneOptions _pruning = new();
    private readonly ChannelChoiceOptions _choice = new();

    private readonly Option<bool> _carryMomentum = OptionParsing.Flag(
        "--carry-momentum", "Keep the momentum that FILE holds, shrunk like the weights, for recede finetune --carry-momentum.");

    private readonly Option<string> _out = OutputOptions.FolderOption(
        $"Folder, made if need be, that gets each pruned network, as pruned-50.safetensors, and {ReportName}. Default: none is written, "
        + "and only told what would go.");

    /// <inheritdoc/>
    public override string Name => "prune";

    /// <inheritdoc/>
    public override string Summary => "Remove the least important channels of a checkpoint.";

    /// <inheritdoc/>
    public override Argument File => _file;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> Groups =>
        [new("Pruning", [.. _pruning.All, .. _choice.All]), new("Output", [_carryMomentum, _out])];

    /// <inheritdoc/>
    public override string Introduction => """
        recede prune - remove the least important channels of a checkpoint

        Usage: recede prune FILE [options]

        For each ratio, a copy of the network in FILE loses that share of its channels:
        its arrays really become smaller, and what reads them does too. Prints the
        widths of all layers before and after, parameters, FLOPs and bytes. FILE stays
        as it is; recede eval tells the accuracy of what is left, recede finetune trains
        it further.

        Examples
          recede prune a/trained.safetensors                       what would go
          recede prune a/trained.safetensors --ratios 0.5,0.9 --out b
          recede prune a/trained.safetensors --ratios 0.7 --rule uniform --out c
        """;

    /// <inheritdoc/>
    public override string Conclusion => """
        There is nothing to resume: a pruning that was ended is begun again, and each
        file is there whole or not at all.
        """;

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        var path = line.GetRequiredValue(_file);
        var (pruning, choice, momentum) = (_pruning.Resolve(line, Presets.Default), _choice.Resolve(line), line.GetValue(_carryMomentum));
        using var file = new GivenCheckpoint(path);
        using var folder = Open(line.GetValue(_out), path, pruning);
        using var device = Device.Cpu(1);
        var display = invocation.CreateDisplay();
        var plans = new List<(PruningPlan Plan, string File)>();
        foreach (var ratio in pruning.Ratios)
        {
            using var network = file.Read(device, momentum);
            var plan = choice.Plan(network, ratio, pruning.MinimumChannels);
            if (plans.Count == 0)
            {
                display.Begin([HeaderLines.Network(network, path), ("channels", choice.Describe(HeaderLines.Scores(network)))], "");
            }

            display.ShowPlan(plan, null);
            var name = RunFolder.PrunedFile(ratio);
            if (folder is not null)
            {
                plan.Apply(network);
                Checkpoint.Save(Path.Combine(folder.Path, name), network, new CheckpointData(file.Trained), companions: momentum);
            }

            plans.Add((plan, name));
        }

        if (folder is null)
        {
            display.Tell("Nothing is written: --out DIR gets the pruned networks.");
            return;
        }

        var report = Path.Combine(folder.Path, ReportName);
        new PlansReport(path, plans[0].Plan.NetworkName, choice.Name, plans).Save(report);
        display.Tell($"Written: {string.Join(", ", plans.Select(plan => plan.File))} and {ReportName} in {folder.Path}");
    }

    // The pruned networks of a run are fine-tuned: they are not to be lost to an attempt.
    private static RunFolder? Open(string? name, string path, PruneSettings pruning)
    {
        if (name is null)
        {
            return null;
        }

        var folder = RunFolder.Open(OutputFolder.Prepare(name));
        var target = pruning.Ratios.Select(ratio => Path.Combine(name, RunFolder.PrunedFile(ratio))).FirstOrDefault(target => Path.GetFullPath(target) == Path.GetFullPath(path));
        if (!folder.CanResume && target is null)
        {
            return folder;
        }

        folder.Dispose();
        throw new UsageException(folder.CanResume ? $"--out {name} holds a run: give another folder" : $"--out {name}: {target} would replace FILE: give another folder");
    }
}
