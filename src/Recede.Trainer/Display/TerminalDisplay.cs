using System.Diagnostics;
using Recede.Engine.Data;
using Recede.Engine.Pruning;
using Recede.Engine.Reports;
using Recede.Engine.Training;
using Spectre.Console;

namespace Recede.Trainer.Display;

/// <summary>A terminal: a live progress bar under one line an epoch, the importances as bars, a table at the end.</summary>
internal sealed class TerminalDisplay(IAnsiConsole console, bool quiet) : IRunDisplay
{
    private const int BarColumns = 20;
    private const string NameStyle = "grey";

    // More often, nobody sees; and the text costs time of the training thread.
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    private readonly PhaseClock _clock = new(TimeProvider.System);
    private ProgressContext? _progress;
    private ProgressTask? _task;
    private long _refreshed;
    private string _scores = "";

    /// <inheritdoc/>
    public DatasetPair Open(Func<IDownloadListener?, DatasetPair> open) => quiet
        ? open(null)
        : Progress().Start(context => open(new DownloadBars(console, context)));

    /// <inheritdoc/>
    public void Begin(IEnumerable<(string Name, string Value)> header, string scores)
    {
        _scores = scores;
        if (quiet)
        {
            return;
        }

        foreach (var (name, value) in header)
        {
            // Once wrapped, a value goes on under itself.
            var grid = new Grid().AddColumn(new GridColumn().Width(10).PadRight(0).NoWrap()).AddColumn(new GridColumn().PadRight(0));
            console.Write(grid.AddRow(new Markup($"[{NameStyle}]{Markup.Escape(name)}[/]"), new Text(value)));
        }
    }

    /// <inheritdoc/>
    public T Follow<T>(Func<T> run)
    {
        if (quiet)
        {
            return run();
        }

        return Progress().Start(context =>
        {
            _progress = context;
            return run();
        });
    }

    /// <inheritdoc/>
    public void OnPhase(string name, int epochs)
    {
        _clock.Start();
        EndTask();
        if (epochs > 0 && _progress is not null)
        {
            Say("");
            Say($"[bold]{Markup.Escape(PhaseLines.Title(name, epochs))}[/]");
            Say($"[{NameStyle}]{PhaseLines.Heading}[/]");
            _task = _progress.AddTask(name, maxValue: 1);
        }
    }

    /// <inheritdoc/>
    public void OnStep(in StepReport report)
    {
        _clock.Count(report);
        if (_task is not { } task || (report.Step < report.Steps && Stopwatch.GetElapsedTime(_refreshed) < Refresh))
        {
            return;
        }

        _refreshed = Stopwatch.GetTimestamp();
        task.Description = Figures.Format(
            $"{report.Epoch}/{report.Epochs}  {_clock.ImagesPerSecond:N0} images/s  {Figures.Duration(_clock.SecondsLeft)} left  loss {report.Loss:F3}  {Figures.Percent(report.Accuracy)}");

        // Full, the bar would vanish while the last epoch is still evaluated.
        task.Value = Math.Min(_clock.Done, 0.9999);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochReport report)
    {
        _clock.EndEpoch();
        var line = Markup.Escape(PhaseLines.Of(report, _clock.ImagesPerSecond));
        Say(report.IsBest ? $"[green]{line}[/]" : line);
        if (report.Epoch == report.Epochs)
        {
            EndTask();
        }
    }

    /// <inheritdoc/>
    public void OnTrained(FitResult training, NetworkResult result)
    {
        if (training.Best is not { } best)
        {
            return;
        }

        Say("");
        Say($"[bold]{Markup.Escape(PhaseLines.Histogram(_scores, best))}[/] [{NameStyle}](square roots)[/]");
        foreach (var line in ImportanceBars.Draw(best.Importances))
        {
            Say($"[teal]{Markup.Escape(line)}[/]");
        }

        Say("  " + ImportanceBars.Summary(best.Importances));
    }

    /// <inheritdoc/>
    public void OnPruned(PruningPlan plan, Evaluation before) => ShowPlan(plan, before);

    /// <inheritdoc/>
    public void ShowPlan(PruningPlan plan, Evaluation? before)
    {
        Say("");
        var isTitle = true;
        foreach (var line in PlanLines.Of(plan, before))
        {
            Say(isTitle ? $"[bold]{Markup.Escape(line)}[/]" : Markup.Escape(line));
            isTitle = false;
        }
    }

    /// <inheritdoc/>
    public void OnFineTuned(PrunedResult result) => EndTask();

    /// <inheritdoc/>
    public void End(RunReport report, string? path)
    {
        Say("");
        var table = new Table().Border(TableBorder.None).Collapse();
        for (var i = 0; i < ResultTable.Headings.Count; i++)
        {
            var (upper, lower) = ResultTable.Headings[i];
            table.AddColumn(new TableColumn($"[{NameStyle}]{upper}\n{lower}[/]").RightAligned().NoWrap().Padding(0, 0, i < ResultTable.Headings.Count - 1 ? 1 : 0, 0));
        }

        foreach (var row in ResultTable.Rows(report))
        {
            table.AddRow(row.Select((cell, i) => i == 3 ? $"[bold]{Markup.Escape(cell)}[/]" : Markup.Escape(cell)).ToArray());
        }

        console.Write(table);
        foreach (var line in ResultTable.Notes(report))
        {
            console.MarkupLine($"[{NameStyle}]{Markup.Escape(line)}[/]");
        }

        Say(Markup.Escape(PhaseLines.Ending(report.WallSeconds, path)));
    }

    /// <inheritdoc/>
    public void End(IEnumerable<string> lines, double seconds, string? path)
    {
        Say("");
        foreach (var line in lines)
        {
            console.MarkupLine(Markup.Escape(line));
        }

        Say(Markup.Escape(PhaseLines.Ending(seconds, path)));
    }

    /// <inheritdoc/>
    public void Tell(string line)
    {
        Say("");
        Say(Markup.Escape(line));
    }

    private Progress Progress() => console.Progress().AutoClear(true).HideCompleted(true)
        .Columns(new ProgressBarColumn { Width = BarColumns }, new StatusColumn());

    private void EndTask()
    {
        if (_task is { } task)
        {
            task.Value = task.MaxValue;
            _task = null;
        }
    }

    private void Say(string markup)
    {
        if (!quiet)
        {
            console.MarkupLine(markup);
        }
    }
}
