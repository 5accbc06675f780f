using Recede.Engine.Core;
using Recede.Engine.Data.Shards;
using Recede.Engine.Devices;

namespace Recede.Engine.Data;

/// <summary>Where a data set that is opened by its name is looked for, where it is downloaded from, and what memory it may take.</summary>
public sealed record DatasetOptions
{
    /// <summary>The environment variable that names the address to download from.</summary>
    public const string AddressVariable = "RECEDE_DATA_URL";

    /// <summary>
    /// The folder in which each data set has a folder of its name; null for none. By default "data" in the folder that the
    /// environment variable RECEDE_CACHE names, otherwise in the user's cache: recede in XDG_CACHE_HOME or ~/.cache, on Windows
    /// Recede in %LOCALAPPDATA%.
    /// </summary>
    public string? Cache { get; init; } = UserCache.Folder(null, "data");

    /// <summary>
    /// The http or https address of the folder that holds the files, in place of the official one; by default what the
    /// environment variable RECEDE_DATA_URL says. What comes from there must have the same hashes.
    /// </summary>
    public string? Address { get; init; } = Variable(AddressVariable);

    /// <summary>
    /// Bytes that the labels and checksums of shards may take, 8 an image. Their images are read as they are asked for.
    /// </summary>
    public long MemoryLimit { get; init; } = ShardedImages.DefaultMemoryLimit;

    /// <summary>How long a server may be silent.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Who is told of downloads; null for nobody.</summary>
    public IDownloadListener? Listener { get; init; }

    /// <summary>The steps of writing files; a test puts itself between them.</summary>
    internal FileOperations Files { get; init; } = FileOperations.Real;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
