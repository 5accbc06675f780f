using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// The library that stands in for the CUDA driver, NVRTC, cuBLAS and cuDNN: built from tests/Recede.Cuda.StandIn with g++,
/// once for a state of its sources, into a folder of the user's below the temporary one. Several processes may do so at once.
/// </summary>
internal static class StandInLibrary
{
    private const string Sources = "tests/Recede.Cuda.StandIn";
    private const string FileName = "libstandin.so";

    private static readonly string[] Flags =
    [
        "-std=c++17", "-O2", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror", "-shared",
        "-Wl,-soname," + FileName, "-pthread", "-o", FileName,
    ];

    private static readonly Lazy<(string Path, string? Problem)> Built = new(Build);
    private static readonly Lazy<nint> Handle = new(() => NativeLibrary.Load(Path));

    /// <summary>Why there is none here; null when there is one.</summary>
    public static string? Problem => Built.Value.Problem;

    /// <summary>Full path of the library.</summary>
    public static string Path => Problem is null ? Built.Value.Path : throw new InvalidOperationException(Problem);

    /// <summary>Where devices on the stand-in keep their kernels: apart from the user's, which are for GPUs, and gone when the library is.</summary>
    /// <param name="instrumented">Whether the kernels watch their accesses.</param>
    public static string KernelFolder(bool instrumented) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, instrumented ? "kernels" : "kernels-plain");

    /// <summary>The library, loaded.</summary>
    public static nint Load() => Handle.Value;

    private static (string Path, string? Problem) Build()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
        {
            return ("", "The stand-in for CUDA runs on Linux on x86-64 only.");
        }

        var files = Repository.FilesBelow(Sources, "*").Where(file => file.EndsWith(".cpp") || file.EndsWith(".h")).ToArray();
        var parent = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "recede-standin-" + Environment.UserName);
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(parent, mine);
        var folder = System.IO.Path.Combine(parent, HashOf(files));
        var library = System.IO.Path.Combine(folder, FileName);
        if (File.Exists(library))
        {
            return (library, null);
        }

        var building = System.IO.Path.Combine(parent, "building-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(building, mine);
        try
        {
            foreach (var file in files)
            {
                File.Copy(Repository.PathOf(file), System.IO.Path.Combine(building, System.IO.Path.GetFileName(file)));
            }

            var sources = files.Where(file => file.EndsWith(".cpp")).Select(file => System.IO.Path.GetFileName(file)!);
            if (Run("g++", [.. Flags, .. sources], building) is { } problem)
            {
                return ("", problem);
            }

            Publish(building, folder);
            return (library, null);
        }
        finally
        {
            if (Directory.Exists(building))
            {
                Directory.Delete(building, recursive: true);
            }
        }
    }

    // Another process may have been faster: its library is the same.
    private static void Publish(string building, string folder)
    {
        try
        {
            Directory.Move(building, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
        }
    }

    private static string HashOf(IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(file + '\0'));
            hash.AppendData(File.ReadAllBytes(Repository.PathOf(file)));
        }

        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Join(' ', Flags)));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..24];
    }

    // What went wrong; null when nothing did. A compiler that is missing is a reason to skip, one that complains is an error.
    private static string? Run(string program, string[] arguments, string folder)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "The stand-in for CUDA is built with g++, which is not installed.";
        }

        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? null
            : throw new InvalidOperationException($"{program} could not build the stand-in for CUDA:\n{errors}");
    }
}
