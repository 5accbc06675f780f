namespace Recede.Engine.Tests.Support;

/// <summary>The checkout that the tests were built from: where sources, golden files and scripts are read.</summary>
internal static class Repository
{
    private const string Marker = "Recede.Engine.sln";

    private static readonly Lazy<string> LazyRoot = new(
        () => FindRoot(AppContext.BaseDirectory) ?? FindRoot(Environment.CurrentDirectory)
            ?? throw new DirectoryNotFoundException(
                $"no {Marker} in {AppContext.BaseDirectory} or {Environment.CurrentDirectory}, nor in a folder above them"));

    /// <summary>The folder that holds the solution.</summary>
    public static string Root => LazyRoot.Value;

    /// <summary>The full path of a file or folder, given by its path from the root with forward slashes.</summary>
    public static string PathOf(string relative) => Path.GetFullPath(Path.Combine(Root, relative));

    /// <summary>The nearest folder, from <paramref name="start"/> up, that holds the solution; null if none does.</summary>
    public static string? FindRoot(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    /// <summary>
    /// The paths, from the root with forward slashes, of the files below <paramref name="folder"/> that someone wrote:
    /// build outputs are left out. In ordinal order. A folder that does not exist has none.
    /// </summary>
    public static IReadOnlyList<string> FilesBelow(string folder, string pattern)
    {
        var start = PathOf(folder);
        return !Directory.Exists(start)
            ? []
            : [.. Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
                .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
                .Order(StringComparer.Ordinal)];
    }
}
