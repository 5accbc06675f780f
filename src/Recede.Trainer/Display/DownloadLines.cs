using Recede.Engine.Data;

namespace Recede.Trainer.Display;

/// <summary>Downloads as plain lines: one as a file begins, one every tenth of it.</summary>
internal sealed class DownloadLines(TextWriter writer) : IDownloadListener
{
    private const int Tenths = 10;

    private Uri? _address;
    private long _tenths;

    /// <inheritdoc/>
    public void OnDownload(Uri address, long done, long total)
    {
        var tenths = total > 0 ? done * Tenths / total : Tenths;
        if (address != _address)
        {
            (_address, _tenths) = (address, tenths);
            writer.WriteLine(done > 0 ? $"{Describe(address, total)}, from {Figures.Bytes(done)} on" : Describe(address, total));
        }

        if (tenths > _tenths)
        {
            _tenths = tenths;
            writer.WriteLine($"{10 * tenths,5} %");
        }
    }

    /// <inheritdoc/>
    public void OnWait(string folder) => writer.WriteLine(Waiting(folder));

    /// <summary>What is said as a file begins.</summary>
    public static string Describe(Uri address, long total) => $"download  {address} ({Figures.Bytes(total)})";

    /// <summary>What is said where another process is at it.</summary>
    public static string Waiting(string folder) => $"download  waiting for another process, which is downloading to {folder}";
}
