namespace Recede.Cuda.Libraries;

/// <summary>
/// The folders where CUDA's libraries are looked for, in order: those of an environment variable, the loader's own, the
/// toolkit's usual ones, and those of the nvidia-* packages in the Python environment that is active.
/// </summary>
internal static class SearchPath
{
    /// <summary>The environment variable: folders, separated as in PATH.</summary>
    public const string Variable = "RECEDE_CUDA_PATH";

    private static readonly string[] ToolkitVariables = ["CUDA_PATH", "CUDA_HOME"];
    private static readonly string[] PythonVariables = ["VIRTUAL_ENV", "CONDA_PREFIX"];

    /// <summary>The folders of a machine; whether they exist is not asked.</summary>
    public static IReadOnlyList<SearchFolder> Of(IHost host)
    {
        var folders = new List<SearchFolder>();
        foreach (var root in Split(host, host.Variable(Variable)))
        {
            // Whatever it is the root of: the folder itself, a toolkit, a Python environment, its site-packages.
            folders.Add(new SearchFolder(root, Variable));
            AddToolkit(host, root, Variable, folders);
            AddPython(host, root, Variable, folders);
            AddPackages(host, root, Variable, folders);
        }

        folders.Add(SearchFolder.Loader);
        foreach (var variable in ToolkitVariables)
        {
            if (host.Variable(variable) is { Length: > 0 } root)
            {
                AddToolkit(host, root, variable, folders);
            }
        }

        if (host.IsWindows)
        {
            AddProgramFiles(host, folders);
        }
        else
        {
            AddToolkit(host, "/usr/local/cuda", "the toolkit's folder", folders);
            foreach (var name in host.FoldersIn("/usr/local").Where(name => name.StartsWith("cuda-", StringComparison.Ordinal)).Reverse())
            {
                AddToolkit(host, $"/usr/local/{name}", "the toolkit's folder", folders);
            }
        }

        foreach (var variable in PythonVariables)
        {
            if (host.Variable(variable) is { Length: > 0 } root)
            {
                AddPython(host, root, $"the Python environment of {variable}", folders);
            }
        }

        return [.. folders.DistinctBy(folder => folder.Path)];
    }

    private static void AddToolkit(IHost host, string root, string origin, List<SearchFolder> folders)
    {
        // CUDA 13 has its libraries in bin\x64 on Windows.
        foreach (var folder in host.IsWindows ? (string[])["bin", @"bin\x64"] : ["lib64", "lib"])
        {
            folders.Add(new SearchFolder(Join(host, root, folder), origin));
        }
    }

    private static void AddProgramFiles(IHost host, List<SearchFolder> folders)
    {
        var nvidia = host.Variable("ProgramFiles") is { Length: > 0 } programs ? programs : @"C:\Program Files";
        var toolkits = Join(host, nvidia, @"NVIDIA GPU Computing Toolkit\CUDA");
        foreach (var version in host.FoldersIn(toolkits).Reverse())
        {
            AddToolkit(host, Join(host, toolkits, version), "the toolkit's folder", folders);
        }

        // cuDNN's own installer: CUDNN\v9.x\bin\12.x, one folder for each CUDA.
        var cudnn = Join(host, nvidia, @"NVIDIA\CUDNN");
        foreach (var version in host.FoldersIn(cudnn).Reverse())
        {
            var bin = Join(host, cudnn, version, "bin");
            foreach (var cuda in host.FoldersIn(bin).Reverse())
            {
                int? major = cuda.Split('.')[0] is var first && int.TryParse(first, out var number) ? number : null;
                folders.Add(new SearchFolder(Join(host, bin, cuda), "cuDNN's folder", major));
                folders.Add(new SearchFolder(Join(host, bin, cuda, "x64"), "cuDNN's folder", major));
            }
        }
    }

    private static void AddPython(IHost host, string root, string origin, List<SearchFolder> folders)
    {
        if (host.IsWindows)
        {
            AddPackages(host, Join(host, root, @"Lib\site-packages"), origin, folders);
            folders.Add(new SearchFolder(Join(host, root, @"Library\bin"), origin));
            return;
        }

        foreach (var lib in (string[])["lib", "lib64"])
        {
            var folder = Join(host, root, lib);
            foreach (var python in host.FoldersIn(folder).Where(name => name.StartsWith("python3", StringComparison.Ordinal)).Reverse())
            {
                AddPackages(host, Join(host, folder, python, "site-packages"), origin, folders);
            }
        }

        folders.Add(new SearchFolder(Join(host, root, "lib"), origin));
    }

    // CUDA 13's packages share one folder, nvidia/cu13; CUDA 12's have one each. cuDNN has its own with both.
    private static void AddPackages(IHost host, string sitePackages, string origin, List<SearchFolder> folders)
    {
        var nvidia = Join(host, sitePackages, "nvidia");
        var packages = host.FoldersIn(nvidia);
        if (packages.Count == 0)
        {
            return;
        }

        var cudnnMajor = CudnnMajor(host.FoldersIn(sitePackages));
        foreach (var package in packages)
        {
            int? major = package == "cudnn" ? cudnnMajor : null;
            foreach (var folder in host.IsWindows ? (string[])["bin", @"bin\x86_64"] : ["lib"])
            {
                folders.Add(new SearchFolder(Join(host, nvidia, package, folder), origin, major));
            }
        }
    }

    // What the files do not say, the package's own folder does: nvidia_cudnn_cu12-9.1.0.70.dist-info.
    private static int? CudnnMajor(IReadOnlyList<string> sitePackages)
    {
        var majors = LibraryFiles.Majors
            .Where(major => sitePackages.Any(name => name.StartsWith($"nvidia_cudnn_cu{major}-", StringComparison.OrdinalIgnoreCase)))
            .ToList();
        return majors.Count == 1 ? majors[0] : null;
    }

    private static string[] Split(IHost host, string? list) =>
        (list ?? "").Split(host.IsWindows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Join(IHost host, params ReadOnlySpan<string> parts)
    {
        var separator = host.IsWindows ? '\\' : '/';
        var path = parts[0].TrimEnd(separator);
        foreach (var part in parts[1..])
        {
            path += separator + part;
        }

        return path;
    }
}
