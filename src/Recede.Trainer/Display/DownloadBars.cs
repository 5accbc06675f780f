using System.Diagnostics;
using Recede.Engine.Data;
using Spectre.Console;

namespace Recede.Trainer.Display;

/// <summary>Downloads in a terminal: a line as a file begins, and a bar that goes when it is here.</summary>
internal sealed class DownloadBars(IAnsiConsole console, ProgressContext progress) : IDownloadListener
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    private Uri? _address;
    private ProgressTask? _task;
    private long _begun;
    private long _first;
    private long _refreshed;

    /// <inheritdoc/>
    public void OnDownload(Uri address, long done, long total)
    {
        if (address != _address)
        {
            console.MarkupLine(Markup.Escape(DownloadLines.Describe(address, total)));
            _address = address;
            _task = progress.AddTask(address.Segments[^1], maxValue: total);
            (_begun, _first) = (Stopwatch.GetTimestamp(), done);
        }

        if (done < total && Stopwatch.GetElapsedTime(_refreshed) < Refresh)
        {
            return;
        }

        _refreshed = Stopwatch.GetTimestamp();
        var seconds = Stopwatch.GetElapsedTime(_begun).TotalSeconds;
        var rate = (done - _first) / Math.Max(seconds, 1e-3);
        var left = rate > 0 ? Figures.Duration((total - done) / rate) + " left" : "";
        _task!.Description = $"{Figures.Bytes(done)} of {Figures.Bytes(total)}  {Figures.Bytes((long)rate)}/s  {left}";
        _task.Value = done;
        progress.Refresh();
    }

    /// <inheritdoc/>
    public void OnWait(string folder) => console.MarkupLine(Markup.Escape(DownloadLines.Waiting(folder)));
}
