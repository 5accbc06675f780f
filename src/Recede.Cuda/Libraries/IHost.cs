namespace Recede.Cuda.Libraries;

/// <summary>What the search for libraries sees of the machine, so that tests can show it another one.</summary>
internal interface IHost
{
    bool IsWindows { get; }

    /// <summary>An environment variable; null when it is not set.</summary>
    string? Variable(string name);

    bool FileExists(string path);

    /// <summary>Names of the folders in a folder, sorted; none when there is no such folder.</summary>
    IReadOnlyList<string> FoldersIn(string folder);

    /// <summary>Names of the files in a folder, sorted; none when there is no such folder.</summary>
    IReadOnlyList<string> FilesIn(string folder);

    /// <summary>Loads a library.</summary>
    /// <param name="path">A path, or a bare name, which the loader looks for in its own places.</param>
    /// <param name="handle">The library.</param>
    /// <param name="error">Why it was not loaded.</param>
    bool TryLoad(string path, out nint handle, out string error);

    /// <summary>Where a library lies that was loaded by its bare name; null when the system does not tell.</summary>
    string? PathOf(string bareName);

    /// <summary>The newest CUDA that a loaded driver serves, as 1000 * major + 10 * minor; 0 when it does not tell.</summary>
    int DriverVersion(nint driver);
}
