using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Recede.Cuda.Libraries;

/// <summary>The machine that this program runs on.</summary>
internal sealed class SystemHost : IHost
{
    public bool IsWindows => OperatingSystem.IsWindows();

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    public bool FileExists(string path) => File.Exists(path);

    public IReadOnlyList<string> FoldersIn(string folder) => Names(folder, Directory.EnumerateDirectories);

    public IReadOnlyList<string> FilesIn(string folder) => Names(folder, Directory.EnumerateFiles);

    public bool TryLoad(string path, out nint handle, out string error)
    {
        try
        {
            handle = NativeLibrary.Load(path);
            error = "";
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            handle = 0;
            error = FirstLine(e.Message);
            return false;
        }
    }

    public string? PathOf(string bareName)
    {
        // The loader may have followed links: libcuda.so.1 is listed as libcuda.so.550.54.
        var end = bareName.IndexOf(".so", StringComparison.Ordinal);
        var stem = end < 0 ? bareName : bareName[..(end + 3)];
        try
        {
            using var process = Process.GetCurrentProcess();
            foreach (ProcessModule module in process.Modules)
            {
                using (module)
                {
                    if (module.ModuleName.StartsWith(stem, StringComparison.OrdinalIgnoreCase))
                    {
                        return module.FileName;
                    }
                }
            }
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException or System.ComponentModel.Win32Exception)
        {
            // It is told for people only.
        }

        return null;
    }

    public unsafe int DriverVersion(nint driver)
    {
        var version = 0;
        return NativeLibrary.TryGetExport(driver, "cuDriverGetVersion", out var function)
            && ((delegate* unmanaged<int*, int>)function)(&version) == 0
                ? version
                : 0;
    }

    private static IReadOnlyList<string> Names(string folder, Func<string, IEnumerable<string>> list)
    {
        try
        {
            return [.. list(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    private static string FirstLine(string text) => text.ReplaceLineEndings("\n").Split('\n')[0].Trim();
}
