using System.Runtime.InteropServices;

namespace Recede.Cuda.Libraries;

/// <summary>
/// Turns the names that the bindings import from into loaded libraries, each when it is first asked for and not before.
/// </summary>
internal static class LibraryResolver
{
    private static readonly Lock Gate = new();
    private static readonly LibraryFinder Finder = new(new SystemHost());
    private static bool _isInstalled;
    private static string? _oneFile;
    private static nint _oneHandle;

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
            if (_oneFile != path && (Finder.HasLoaded || _oneHandle != 0))
            {
                throw new InvalidOperationException($"{path}: a CUDA library is loaded already.");
            }

            _oneFile = path;
        }
    }

    /// <summary>A library, loaded if it is not yet; or what is missing. Never throws.</summary>
    /// <param name="name">One of <see cref="LibraryNames"/>.</param>
    public static FoundLibrary Find(string name)
    {
        lock (Gate)
        {
            if (_oneFile is null)
            {
                return Finder.Find(name);
            }

            if (_oneHandle == 0 && !new SystemHost().TryLoad(_oneFile, out _oneHandle, out var error))
            {
                return new FoundLibrary(name, 0, null, null, $"{_oneFile} cannot be loaded ({error})");
            }

            return new FoundLibrary(name, _oneHandle, _oneFile, "the tests", null);
        }
    }

    /// <summary>The handle of a library, which is loaded if it is not yet.</summary>
    /// <exception cref="CudaException">It was not found; the message says what to do.</exception>
    public static nint Load(string name)
    {
        var found = Find(name);
        return found.Handle != 0 ? found.Handle : throw new CudaException(found.Problem!);
    }
}
