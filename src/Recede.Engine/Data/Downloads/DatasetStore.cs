using Recede.Engine.Devices;

namespace Recede.Engine.Data.Downloads;

/// <summary>Finds the folder of a data set that is asked for by its name: the user's, the system's, or one that is downloaded.</summary>
internal static class DatasetStore
{
    private const string LockName = ".recede-lock";
    private const string UnpackingSuffix = ".unpacking";

    // Whether two processes meet is a matter of luck; a fifth of a second more is none.
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    /// <summary>The folder that holds a data set's files.</summary>
    /// <exception cref="DatasetUnavailableException">They are not here and could not be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public static string Locate(NamedDataset dataset, DatasetOptions options, CancellationToken cancellation)
    {
        var folder = options.Cache is null ? null : Path.Combine(options.Cache, dataset.Name);
        if (folder is not null && Holds(folder, dataset))
        {
            return folder;
        }

        if (dataset.SystemFolder is { } system && Holds(system, dataset))
        {
            return system;
        }

        if (folder is null)
        {
            throw new DatasetUnavailableException(
                $"{dataset.Name} is not here, and this user has no home to download it to: name a folder in {UserCache.Variable}, or open the folder that holds it");
        }

        try
        {
            Directory.CreateDirectory(folder);
            using var held = Hold(folder, options, cancellation);

            // Another process may have brought it meanwhile.
            if (!Holds(folder, dataset))
            {
                Bring(dataset, folder, options, cancellation);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DatasetUnavailableException($"{dataset.Name} is not here: {e.Message.TrimEnd('.')}. {Remedy(dataset, folder)}", e);
        }

        return folder;
    }

    private static bool Holds(string folder, NamedDataset dataset) => dataset.Archive is { } archive
        ? archive.Files.All(file => File.Exists(Path.Combine(folder, archive.Folder, file)))
        : dataset.Files.All(file => IsHere(folder, file));

    private static bool IsHere(string folder, PinnedFile file) =>
        IdxFolder.Find(folder, Path.GetFileNameWithoutExtension(file.Name)) is not null;

    private static string Remedy(NamedDataset dataset, string folder) =>
        $"Put {string.Join(", ", dataset.Files.Select(file => file.Name))} into {folder}, or open the folder that holds "
        + (dataset.Archive is { } archive ? archive.Folder : "them");

    /// <summary>Takes a folder for this process; waits while another one has it.</summary>
    private static FileStream Hold(string folder, DatasetOptions options, CancellationToken cancellation)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (isFirst)
                {
                    options.Listener?.OnWait(folder);
                }

                cancellation.WaitHandle.WaitOne(BetweenTries);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    // Windows' ERROR_SHARING_VIOLATION; EWOULDBLOCK of Linux and of macOS.
    private static bool IsHeld(IOException e) => e.HResult is unchecked((int)0x80070020) or 11 or 35;

    private static void Bring(NamedDataset dataset, string folder, DatasetOptions options, CancellationToken cancellation)
    {
        foreach (var file in dataset.Files)
        {
            var path = Path.Combine(folder, file.Name);
            if (dataset.Archive is null ? !IsHere(folder, file) : !File.Exists(path))
            {
                RequireSpace(dataset, file, path, options);
                using var client = CreateClient(options);
                new FileDownload(client, options).Fetch(Address(dataset, file, options), file, path, cancellation).GetAwaiter().GetResult();
            }
        }

        if (dataset.Archive is { } archive)
        {
            Unpack(dataset, archive, folder, options, cancellation);
        }
    }

    private static void Unpack(
        NamedDataset dataset, ArchiveContent archive, string folder, DatasetOptions options, CancellationToken cancellation)
    {
        var file = dataset.Files[0];
        var path = Path.Combine(folder, file.Name);

        // Somebody may have put it there.
        if (new FileInfo(path).Length != file.Bytes || FileDownload.Hash(path) != file.Sha256)
        {
            throw new InvalidDataException($"{path} is not the file that it should be: expected {file.Bytes} bytes of SHA-256 {file.Sha256}");
        }

        var place = Path.Combine(folder, archive.Folder);
        var beside = place + UnpackingSuffix;
        try
        {
            Remove(beside);
            Directory.CreateDirectory(beside);
            TarArchive.Unpack(path, archive, beside, options.Files, cancellation);
            options.Files.SyncFolder(beside);

            // What is there lacks a file.
            Remove(place);
            Directory.Move(beside, place);
            options.Files.SyncFolder(folder);
        }
        catch
        {
            Remove(beside);
            throw;
        }

        options.Files.Delete(path);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RequireSpace(NamedDataset dataset, PinnedFile file, string path, DatasetOptions options)
    {
        // Unpacked beside the archive, before that is deleted: image bytes hardly shrink when they are packed.
        var begun = new FileInfo(path + FileDownload.PartSuffix);
        var needed = file.Bytes - (begun.Exists ? begun.Length : 0) + (dataset.Archive is null ? 0 : 2 * file.Bytes);
        var free = options.Files.FreeBytes(Path.GetDirectoryName(path)!);
        if (free < needed)
        {
            throw new IOException($"there is no space for it: {Path.GetDirectoryName(path)} has {free} bytes left, {needed} are needed");
        }
    }

    private static Uri Address(NamedDataset dataset, PinnedFile file, DatasetOptions options)
    {
        var folder = options.Address ?? dataset.Address;
        return Uri.TryCreate(folder.EndsWith('/') ? folder : folder + "/", UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? new Uri(address, file.Name)
            : throw new IOException($"'{folder}' is no address to download from: expected http://... or https://...");
    }

    // Proxies are those of the environment: http_proxy, https_proxy, no_proxy.
    private static HttpClient CreateClient(DatasetOptions options)
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = options.Timeout, MaxAutomaticRedirections = 10 })
        {
            // A file may take an hour; that a server is silent is noticed elsewhere.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new("recede", EngineInfo.Version));
        return client;
    }
}
