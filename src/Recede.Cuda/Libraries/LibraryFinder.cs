namespace Recede.Cuda.Libraries;

/// <summary>
/// Finds and loads CUDA's libraries on a machine, each when it is first asked for. NVRTC, cuBLAS and cuDNN are taken of one
/// major version of CUDA: the newest that the driver serves and that is there in full.
/// </summary>
internal sealed class LibraryFinder(IHost host)
{
    private static readonly string[] OfToolkit = [LibraryNames.Nvrtc, LibraryNames.Cublas, LibraryNames.Cudnn];

    private readonly Dictionary<string, FoundLibrary> _found = new(StringComparer.Ordinal);
    private IReadOnlyList<SearchFolder>? _folders;
    private int? _major;

    private IReadOnlyList<SearchFolder> Folders => _folders ??= SearchPath.Of(host);

    /// <summary>Whether a library is loaded.</summary>
    public bool HasLoaded => _found.Values.Any(found => found.Handle != 0);

    /// <summary>The library, loaded if it is not yet, after those that it depends on; or what is missing.</summary>
    /// <param name="name">One of <see cref="LibraryNames"/>.</param>
    public FoundLibrary Find(string name)
    {
        if (!_found.TryGetValue(name, out var found))
        {
            found = Search(name);
            _found.Add(name, found);
        }

        return found;
    }

    private FoundLibrary Search(string name)
    {
        if (name == LibraryNames.Driver)
        {
            var driver = Load(name, LibraryFiles.Majors[0], Folders);
            var version = driver.Handle == 0 ? 0 : host.DriverVersion(driver.Handle);
            return version > 0 && version / 1000 < LibraryFiles.Majors[^1]
                ? driver with
                {
                    Handle = 0,
                    Problem = $"the NVIDIA driver serves CUDA {version / 1000}.{version % 1000 / 10} at most, and "
                        + $"{LibraryFiles.Majors[^1]}.0 or more is needed: update it",
                }
                : driver;
        }

        var major = _major ??= ChooseMajor();
        if (name == LibraryNames.Cudnn)
        {
            // It opens both by name while it works.
            Find(LibraryNames.Nvrtc);
            Find(LibraryNames.Cublas);
        }

        var found = Load(name, major, FoldersFor(name, major));
        return found.Handle == 0 && NewestServed() is var served and > 0 && IsThereFor(name, served)
            ? found with
            {
                Problem = $"{Title(name)} is there for a newer CUDA than the driver serves, which is {served}: "
                    + $"update the NVIDIA driver, or install {Package(name, served)}",
            }
            : found;
    }

    private bool IsThereFor(string name, int served) =>
        LibraryFiles.Majors.Any(major => major > served && Has(name, major));

    // The major version of CUDA that the driver serves; 0 when there is no driver to ask.
    private int NewestServed() => Find(LibraryNames.Driver) is { Handle: not 0 } driver ? host.DriverVersion(driver.Handle) / 1000 : 0;

    private int ChooseMajor()
    {
        var served = NewestServed();
        var (chosen, most) = (LibraryFiles.Majors[^1], -1);
        foreach (var major in LibraryFiles.Majors.Where(major => served == 0 || major <= served))
        {
            var count = OfToolkit.Count(name => Has(name, major));
            if (count > most)
            {
                (chosen, most) = (major, count);
            }

            if (count == OfToolkit.Length)
            {
                break;
            }
        }

        return chosen;
    }

    private IEnumerable<SearchFolder> FoldersFor(string name, int major) =>
        Folders.Where(folder => name != LibraryNames.Cudnn || folder.Major is null || folder.Major == major);

    private bool Has(string name, int major)
    {
        var file = LibraryFiles.Of(name, major, host.IsWindows).Name;
        return FoldersFor(name, major).Any(folder => folder.Path is { } path ? host.FileExists(Join(path, file)) : IsOnLoadersPath(file));
    }

    // Only loading tells. What was loaded stays so: most likely it is what is used next.
    private bool IsOnLoadersPath(string file) => host.TryLoad(file, out _, out _);

    private FoundLibrary Load(string name, int major, IEnumerable<SearchFolder> folders)
    {
        var files = LibraryFiles.Of(name, major, host.IsWindows);
        string? failure = null;
        foreach (var folder in folders)
        {
            var path = folder.Path is { } place ? Join(place, files.Name) : files.Name;
            if (folder.Path is not null && !host.FileExists(path))
            {
                continue;
            }

            if (folder.Path is not null)
            {
                LoadCompanions(files, folder.Path);
            }

            if (host.TryLoad(path, out var handle, out var error))
            {
                return new FoundLibrary(name, handle, folder.Path is null ? host.PathOf(path) ?? path : path, folder.Origin, null);
            }

            // That the loader knows none is no failure; a file that is there and cannot be loaded is worth telling.
            failure ??= folder.Path is null ? null : $"{path} cannot be loaded ({error})";
        }

        return new FoundLibrary(name, 0, null, null, Missing(name, files.Name, failure));
    }

    // What of them cannot be loaded is not asked of: the library itself will tell when it needs it.
    private void LoadCompanions(LibraryFiles files, string folder)
    {
        foreach (var companion in files.CompanionsAmong(host.FilesIn(folder)))
        {
            host.TryLoad(Join(folder, companion), out _, out _);
        }
    }

    private string Missing(string name, string file, string? failure)
    {
        var what = failure ?? $"{Title(name)} ({file}) was not found";
        return name == LibraryNames.Driver
            ? $"{what}: install NVIDIA's driver (a container must be given its GPUs, such as by docker run --gpus all)"
            : $"{what}: install {Package(name, NewestServed())} in the active Python environment (PyTorch for CUDA brings it), or CUDA's "
                + $"toolkit {(name == LibraryNames.Cudnn ? "and cuDNN 9" : "12 or 13")}, or name its folder in {SearchPath.Variable}";
    }

    private string Join(string folder, string file) => folder.TrimEnd('/', '\\') + (host.IsWindows ? '\\' : '/') + file;

    private static string Title(string name) => name switch
    {
        LibraryNames.Driver => "the NVIDIA driver",
        LibraryNames.Nvrtc => "NVRTC",
        LibraryNames.Cublas => "cuBLAS",
        _ => "cuDNN 9",
    };

    private static string Package(string name, int served) => (name, served) switch
    {
        (LibraryNames.Nvrtc, 12) => "nvidia-cuda-nvrtc-cu12",
        (LibraryNames.Nvrtc, _) => "nvidia-cuda-nvrtc",
        (LibraryNames.Cublas, 12) => "nvidia-cublas-cu12",
        (LibraryNames.Cublas, _) => "nvidia-cublas",
        (_, 12) => "nvidia-cudnn-cu12",
        _ => "nvidia-cudnn-cu13",
    };
}
