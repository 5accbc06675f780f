namespace Recede.Engine.Data;

/// <summary>The four IDX files of a folder, as MNIST and its successors name them.</summary>
internal static class IdxFolder
{
    /// <summary>The files' names: training images, their labels, test images, their labels.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    /// <summary>The path of a file, which may be gzipped, and have a point before its ending; null where there is none.</summary>
    public static string? Find(string folder, string name)
    {
        var dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        foreach (var file in (ReadOnlySpan<string>)[name, name + ".gz", dotted, dotted + ".gz"])
        {
            var path = Path.Combine(folder, file);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
