using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Recede.Engine.Data.Downloads;

/// <summary>
/// Downloads one file, known by its hash, beside its place and renames it: what stands there is whole and right. What a cut
/// connection leaves stands beside, as NAME.part, and the next try goes on from it.
/// </summary>
internal sealed class FileDownload(HttpClient client, DatasetOptions options)
{
    /// <summary>What is added to the name of a file that is not all here.</summary>
    public const string PartSuffix = ".part";

    private const int Chunk = 1 << 16;

    /// <summary>Downloads a file.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="file">What it must be.</param>
    /// <param name="path">Where it is put.</param>
    /// <param name="cancellation">Ends it, and leaves what is here to go on from.</param>
    /// <exception cref="DatasetUnavailableException">It could not be had; the message says why.</exception>
    public async Task Fetch(Uri address, PinnedFile file, string path, CancellationToken cancellation)
    {
        var part = path + PartSuffix;
        while (true)
        {
            var begun = Begun(part, file);
            if (begun < file.Bytes)
            {
                begun = await Receive(address, file, part, begun, cancellation);
            }

            var found = Hash(part);
            if (found == file.Sha256)
            {
                break;
            }

            options.Files.Delete(part);
            if (begun == 0)
            {
                throw new DatasetUnavailableException(
                    $"{address} is not the file that it should be: its SHA-256 is {found}, expected {file.Sha256}; it was deleted");
            }

            // It was another try's beginning that was wrong, perhaps: once more, all of it.
        }

        try
        {
            options.Files.Move(part, path);
            options.Files.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetUnavailableException($"{path} could not be written: {e.Message}", e);
        }

        options.Listener?.OnDownload(address, file.Bytes, file.Bytes);
    }

    // How much of it an earlier try brought.
    private long Begun(string part, PinnedFile file)
    {
        var before = new FileInfo(part);
        if (!before.Exists || before.Length <= file.Bytes)
        {
            return before.Exists ? before.Length : 0;
        }

        options.Files.Delete(part);
        return 0;
    }

    /// <summary>Receives what is missing; returns what of an earlier try it was added to, 0 where the server began anew.</summary>
    private async Task<long> Receive(Uri address, PinnedFile file, string part, long begun, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(options.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (begun > 0)
            {
                request.Headers.Range = new RangeHeaderValue(begun, null);
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (begun > 0 && !GoesOn(response, file, begun))
            {
                if (response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    return await Receive(address, file, part, 0, cancellation);
                }

                // A server that knows no ranges sends all of it; what is here stands until such an answer is taken.
                begun = 0;
            }

            RequireAnswer(address, file, part, response, begun);
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            await Keep(address, file, part, begun, body, patience);
            return begun;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new DatasetUnavailableException(
                $"{address} was silent for {options.Timeout.TotalSeconds:0.#} seconds{Kept(part)}", e);
        }
        catch (HttpRequestException e)
        {
            throw new DatasetUnavailableException($"{address} could not be reached: {e.Message}{Kept(part)}", e);
        }
    }

    private static bool GoesOn(HttpResponseMessage response, PinnedFile file, long begun) =>
        response.StatusCode == HttpStatusCode.PartialContent
        && response.Content.Headers.ContentRange is { } range
        && range.From == begun && (range.Length is null || range.Length == file.Bytes);

    private static void RequireAnswer(Uri address, PinnedFile file, string part, HttpResponseMessage response, long begun)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
        {
            throw new DatasetUnavailableException(
                $"{address} leads on, over too many addresses or to one that is not followed ({status}, to {response.Headers.Location}){Kept(part)}");
        }

        if (response.StatusCode != (begun > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK))
        {
            throw new DatasetUnavailableException($"{address} answers {status} {response.ReasonPhrase}{Kept(part)}");
        }

        // What a hotel's or a firm's network puts in place of a file is seldom as long.
        if (response.Content.Headers.ContentLength is { } length && begun + length != file.Bytes)
        {
            throw new DatasetUnavailableException(
                $"{address} is not the file that it should be: it has {begun + length} bytes, expected {file.Bytes}{Kept(part)}");
        }
    }

    /// <summary>Adds what arrives to what is here.</summary>
    private async Task Keep(Uri address, PinnedFile file, string part, long begun, Stream body, CancellationTokenSource patience)
    {
        var done = begun;
        var keeps = false;
        var buffer = new byte[Chunk];
        try
        {
            using var kept = begun > 0 ? options.Files.Append(part) : options.Files.Create(part);
            options.Listener?.OnDownload(address, done, file.Bytes);
            while (await Read(address, body, buffer, patience) is > 0 and var got)
            {
                done += got;
                if (done > file.Bytes)
                {
                    throw new DatasetUnavailableException(
                        $"{address} is not the file that it should be: it has more than the expected {file.Bytes} bytes");
                }

                kept.Write(buffer, 0, got);
                options.Listener?.OnDownload(address, done, file.Bytes);
            }

            options.Files.Sync(kept);
            keeps = true;
        }
        catch (DatasetUnavailableException e) when (done <= file.Bytes)
        {
            keeps = true;
            throw new DatasetUnavailableException(e.Message + Kept(part), e);
        }
        catch (OperationCanceledException)
        {
            keeps = true;
            throw;
        }
        catch (Exception e) when (e is not DatasetUnavailableException and (IOException or UnauthorizedAccessException))
        {
            throw new DatasetUnavailableException($"{part} could not be written: {e.Message}", e);
        }
        finally
        {
            if (!keeps)
            {
                options.Files.Delete(part);
            }
        }

        if (done < file.Bytes)
        {
            throw new DatasetUnavailableException($"{address} was cut off after {done} of {file.Bytes} bytes{Kept(part)}");
        }
    }

    private async Task<int> Read(Uri address, Stream body, byte[] buffer, CancellationTokenSource patience)
    {
        try
        {
            patience.CancelAfter(options.Timeout);
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (IOException e)
        {
            throw new DatasetUnavailableException($"{address} was cut off: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static string Kept(string part) => new FileInfo(part) is { Exists: true, Length: > 0 } kept
        ? $"; the {kept.Length} bytes that came are kept in {part}, and the next try goes on from them"
        : "";

    /// <summary>The SHA-256 of a file, in lower-case hexadecimal digits.</summary>
    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
