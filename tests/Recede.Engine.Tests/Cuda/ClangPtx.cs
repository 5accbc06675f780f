using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>Kernels compiled to PTX by clang 19, which needs no CUDA toolkit: the shim beside this file stands for it.</summary>
internal static partial class ClangPtx
{
    private static readonly ConcurrentDictionary<(string File, int Architecture), Lazy<(int ExitCode, string Text)>> Compiled = new();
    private static readonly Lazy<string?> Compiler = new(Find);

    /// <summary>Why nothing can be compiled here; null where it can.</summary>
    public static string? Missing => Compiler.Value is null ? "clang++ 19 is not installed: kernels are not compiled to PTX here" : null;

    /// <summary>Compiles a file of kernels/, warnings as errors.</summary>
    /// <returns>clang's exit code, and the PTX or what clang said.</returns>
    public static (int ExitCode, string Text) Compile(string file, int architecture) =>
        Compiled.GetOrAdd((file, architecture), key => new(() => Run(
            Compiler.Value!,
            "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib",
            "--cuda-feature=+ptx80", // older PTX lacks the warps' synchronised shuffles
            $"--cuda-gpu-arch=sm_{key.Architecture}", "-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror",
            "-include", Repository.PathOf("tests/Recede.Engine.Tests/Cuda/clang_cuda_shim.h"),
            "-S", "-o", "-", Repository.PathOf("kernels/" + key.File)))).Value;

    /// <summary>The kernels of a PTX text: name, bytes of its only parameter (-1 where it takes anything else), code.</summary>
    public static IReadOnlyList<(string Name, int Bytes, string Code)> Entries(string ptx) =>
        [.. EntryStarts().Matches(ptx).Select(match =>
        {
            var parameters = match.Groups["parameters"].Value;
            var one = Parameter().Match(parameters);
            var end = ptx.IndexOf("\n}", match.Index, StringComparison.Ordinal);
            return (match.Groups["name"].Value, one.Success ? Number(one) : -1, ptx[match.Index..end]);
        })];

    /// <summary>Static shared arrays of a PTX text with their bytes.</summary>
    public static IReadOnlyList<(string Name, int Bytes)> Shared(string ptx) =>
        [.. SharedArrays().Matches(ptx).Select(match => (match.Groups["name"].Value, Number(match)))];

    /// <summary>Functions that a PTX text expects from elsewhere.</summary>
    public static IReadOnlyList<string> Outside(string ptx) =>
        [.. OutsideFunctions().Matches(ptx).Select(match => match.Groups["name"].Value)];

    private static int Number(Match match) => int.Parse(match.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture);

    private static string? Find()
    {
        foreach (var name in (string[])["clang++-19", "clang++"])
        {
            try
            {
                if (Version().Match(Run(name, "--version").Text) is { Success: true } version
                    && int.Parse(version.Groups[1].ValueSpan, CultureInfo.InvariantCulture) >= 19)
                {
                    return name;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // There is no program of that name.
            }
        }

        return null;
    }

    private static (int ExitCode, string Text) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : errors.Result);
    }

    [GeneratedRegex(@"clang version (\d+)")]
    private static partial Regex Version();

    [GeneratedRegex(@"\.visible\s+\.entry\s+(?<name>\w+)\((?<parameters>[^)]*)\)")]
    private static partial Regex EntryStarts();

    [GeneratedRegex(@"^\s*\.param\s+\.align\s+\d+\s+\.b8\s+\w+\[(?<bytes>\d+)\]\s*$")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\.shared\s+\.align\s+\d+\s+\.b8\s+(?<name>\w+)\[(?<bytes>\d+)\]")]
    private static partial Regex SharedArrays();

    [GeneratedRegex(@"\.extern\s+\.func\s+(?:\([^)]*\)\s*)?(?<name>\w+)")]
    private static partial Regex OutsideFunctions();
}
