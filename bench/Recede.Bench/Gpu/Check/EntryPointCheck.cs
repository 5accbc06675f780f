using System.Reflection;
using System.Runtime.InteropServices;
using Recede.Cuda.Libraries;

namespace Recede.Bench.Gpu.Check;

/// <summary>That every function the bindings import is in the library it is imported from.</summary>
internal static class EntryPointCheck
{
    // A driver before CUDA 12.4 has it not, and the engine does without.
    private const string Optional = nameof(Recede.Cuda.Driver.Native.cuFuncGetParamInfo);

    private static readonly (string Library, Type Bindings, string Prefix)[] Libraries =
    [
        (LibraryNames.Driver, typeof(Recede.Cuda.Driver.Native), "cu"),
        (LibraryNames.Nvrtc, typeof(Recede.Cuda.Nvrtc.Native), "nvrtc"),
        (LibraryNames.Cublas, typeof(Recede.Cuda.Cublas.Native), "cublas"),
        (LibraryNames.Cudnn, typeof(Recede.Cuda.Cudnn.Native), "cudnn"),
    ];

    /// <summary>Looks each of them up; nothing is called.</summary>
    public static void Run(ResultFile result)
    {
        foreach (var (name, bindings, prefix) in Libraries)
        {
            var library = LibraryResolver.Find(name);
            var functions = bindings.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
                .Select(method => method.Name)
                .Where(method => method.StartsWith(prefix, StringComparison.Ordinal))
                .Distinct()
                .ToArray();
            var missing = library.Handle == 0
                ? functions
                : [.. functions.Where(function => !NativeLibrary.TryGetExport(library.Handle, function, out _))];
            result.Add(
                "Entry points",
                ("library", name),
                ("file", library.Path),
                ("functions", functions.Length),
                ("missing", missing.Length),
                ("which", library.Handle != 0 && missing.Length > 0 ? string.Join(' ', missing) : null));
            if (library.Handle == 0)
            {
                result.Fail($"library {name}: {library.Problem}");
            }

            foreach (var function in library.Handle == 0 ? [] : missing.Where(function => function != Optional))
            {
                result.Fail($"entry point {function}: {library.Path} has none");
            }
        }
    }
}
