using System.Globalization;

namespace Recede.Cuda.Libraries;

/// <summary>What the files of a library are called.</summary>
/// <param name="Name">The library's file.</param>
/// <param name="Before">
/// Beginnings of names of files beside it that are loaded before it, in order: it depends on them, and the loader, left to
/// itself, may take others of that name or none.
/// </param>
/// <param name="NotBefore">Beginnings of names that are left out of them.</param>
internal sealed record LibraryFiles(string Name, IReadOnlyList<string> Before, IReadOnlyList<string> NotBefore)
{
    /// <summary>The major versions of CUDA that are looked for, the preferred one first.</summary>
    public static readonly IReadOnlyList<int> Majors = [13, 12];

    /// <summary>The files of a library.</summary>
    /// <param name="library">One of <see cref="LibraryNames"/>.</param>
    /// <param name="major">CUDA's major version; the driver's and cuDNN's names do not depend on it.</param>
    /// <param name="isWindows">Windows' names, or else Linux'.</param>
    public static LibraryFiles Of(string library, int major, bool isWindows)
    {
        var cuda = major.ToString(CultureInfo.InvariantCulture);
        return (library, isWindows) switch
        {
            (LibraryNames.Driver, false) => new("libcuda.so.1", [], []),
            (LibraryNames.Driver, true) => new("nvcuda.dll", [], []),
            (LibraryNames.Nvrtc, false) => new($"libnvrtc.so.{cuda}", [$"libnvrtc-builtins.so.{cuda}."], []),
            (LibraryNames.Nvrtc, true) => new($"nvrtc64_{cuda}0_0.dll", [$"nvrtc-builtins64_{cuda}"], []),
            (LibraryNames.Cublas, false) => new($"libcublas.so.{cuda}", [$"libcublasLt.so.{cuda}"], []),
            (LibraryNames.Cublas, true) => new($"cublas64_{cuda}.dll", [$"cublasLt64_{cuda}."], []),

            // cuDNN 9 is a front whose parts are opened by name. The attention and recurrent ones, which are large, are not used.
            (LibraryNames.Cudnn, false) => new("libcudnn.so.9", ["libcudnn_graph.", "libcudnn_ops.", "libcudnn_"], ["libcudnn_adv"]),
            (LibraryNames.Cudnn, true) => new("cudnn64_9.dll", ["cudnn_graph64_", "cudnn_ops64_", "cudnn_"], ["cudnn_adv"]),
            _ => throw new ArgumentException($"{library} is no CUDA library.", nameof(library)),
        };
    }

    /// <summary>Those of the files in a folder that are loaded before the library, in order.</summary>
    public IEnumerable<string> CompanionsAmong(IReadOnlyList<string> files) =>
        Before.SelectMany(beginning => files.Where(file => file.StartsWith(beginning, StringComparison.Ordinal)))
            .Where(file => IsOfThisVersion(file) && !NotBefore.Any(no => file.StartsWith(no, StringComparison.Ordinal)))
            .Distinct(StringComparer.Ordinal);

    // Not the links for compilers (libcudnn_ops.so), not the full versions that a link of the major version leads to
    // (libcudnn_ops.so.9.1.0), and not static libraries. NVRTC's builtins have a minor version, and that is its file's name.
    private bool IsOfThisVersion(string file)
    {
        if (file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var at = file.IndexOf(".so.", StringComparison.Ordinal);
        var dots = at < 0 ? -1 : file.AsSpan(at + 4).Count('.');
        return dots == (Name.StartsWith("libnvrtc", StringComparison.Ordinal) ? 1 : 0);
    }
}
