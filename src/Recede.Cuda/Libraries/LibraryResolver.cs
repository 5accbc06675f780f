using System.Runtime.InteropServices;

namespace Recede.Cuda.Libraries;

/// <summary>
/// Turns the names that the bindings import from into loaded libraries, each at its first call and not before.
/// </summary>
internal static class LibraryResolver
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Loaded = new(StringComparer.Ordinal);
    private static bool _isInstalled;
    private static string? _oneFile;

    /// <summary>Makes the runtime ask this class; every class of bindings calls it before its first import.</summary>
    public static void Install()
    {
        lock (Gate)
        {
            if (!_isInstalled)
            {
                NativeLibrary.SetDllImportResolver(typeof(LibraryResolver).Assembly, (name, _, _) => Load(name));
                _isInstalled = true;
            }
        }
    }

    /// <summary>
    /// Makes all names mean one file: for tests, which have a stand-in for the driver and its libraries. There is no other
    /// way to it, so that no program takes one for a GPU.
    /// </summary>
    /// <exception cref="InvalidOperationException">A library is loaded already.</exception>
    public static void UseOneFile(string path)
    {
        lock (Gate)
        {
            if (Loaded.Count > 0 && _oneFile != path)
            {
                throw new InvalidOperationException($"{path}: a CUDA library is loaded already.");
            }

            _oneFile = path;
        }
    }

    /// <summary>The handle of a library, which is loaded if it is not yet.</summary>
    /// <exception cref="DllNotFoundException">It was not found.</exception>
    public static nint Load(string name)
    {
        lock (Gate)
        {
            if (!Loaded.TryGetValue(name, out var handle))
            {
                handle = _oneFile is null ? throw new DllNotFoundException(name) : NativeLibrary.Load(_oneFile);
                Loaded.Add(name, handle);
            }

            return handle;
        }
    }
}
