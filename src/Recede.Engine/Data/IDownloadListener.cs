namespace Recede.Engine.Data;

/// <summary>Who is told how a download goes on, by the thread that waits for it.</summary>
public interface IDownloadListener
{
    /// <summary>Told as a file begins, as its bytes arrive, and when all are there and found right.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <param name="done">The bytes that are here, those of an earlier try included.</param>
    /// <param name="total">All of them.</param>
    void OnDownload(Uri address, long done, long total);

    /// <summary>Told once where another process is downloading the same, which is waited for.</summary>
    /// <param name="folder">The folder that it holds.</param>
    void OnWait(string folder);
}
