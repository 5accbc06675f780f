using Recede.Cuda.Libraries;

namespace Recede.Engine.Tests.Cuda.Bindings;

/// <summary>A machine that a test makes up: files, environment, what the loader knows by itself.</summary>
internal sealed class FakeHost(bool isWindows = false) : IHost
{
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _onLoadersPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private readonly List<string> _loaded = [];

    public bool IsWindows => isWindows;

    /// <summary>What was loaded, in order.</summary>
    public IReadOnlyList<string> Loaded => _loaded;

    /// <summary>How often anything was asked of the machine.</summary>
    public int Questions { get; private set; }

    /// <summary>What the driver answers.</summary>
    public int CudaOfDriver { get; init; } = 13000;

    private char Separator => isWindows ? '\\' : '/';

    public FakeHost With(params string[] files)
    {
        _files.UnionWith(files);
        return this;
    }

    public FakeHost WithVariable(string name, string value)
    {
        _variables[name] = value;
        return this;
    }

    public FakeHost KnownToLoader(params string[] names)
    {
        _onLoadersPath.UnionWith(names);
        return this;
    }

    public FakeHost WithBroken(params string[] files)
    {
        _broken.UnionWith(files);
        return With(files);
    }

    public string? Variable(string name)
    {
        Questions++;
        return _variables.GetValueOrDefault(name);
    }

    public bool FileExists(string path)
    {
        Questions++;
        return _files.Contains(path);
    }

    public IReadOnlyList<string> FoldersIn(string folder) => Names(folder, isFolder: true);

    public IReadOnlyList<string> FilesIn(string folder) => Names(folder, isFolder: false);

    public bool TryLoad(string path, out nint handle, out string error)
    {
        Questions++;
        var isThere = !_broken.Contains(path) && (_files.Contains(path) || _onLoadersPath.Contains(path));
        if (isThere)
        {
            _loaded.Add(path);
        }

        (handle, error) = isThere ? (path.GetHashCode(StringComparison.Ordinal) | 1, "") : (0, "wrong ELF class");
        return isThere;
    }

    public string? PathOf(string bareName) => "/found/by/the/loader/" + bareName;

    public int DriverVersion(nint driver) => CudaOfDriver;

    private List<string> Names(string folder, bool isFolder)
    {
        Questions++;
        var start = folder.TrimEnd(Separator) + Separator;
        return [.. _files
            .Where(file => file.StartsWith(start, StringComparison.Ordinal))
            .Select(file => file[start.Length..])
            .Where(rest => rest.Contains(Separator) == isFolder)
            .Select(rest => rest.Split(Separator)[0])
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }
}
