using System.ComponentModel;
using System.Diagnostics;

namespace Recede.Engine.Tests.Support;

/// <summary>Runs the repository's Python scripts; where no Python has what a script needs, the test is ignored.</summary>
internal static class Python
{
    private static readonly string[] Programs = ["python3", "/usr/bin/python3"];

    /// <summary>Runs a script and gives its exit code and what it printed.</summary>
    /// <param name="module">A module that the script needs; null for none but the standard library.</param>
    /// <param name="arguments">The script's path, and its arguments.</param>
    public static (int ExitCode, string Output, string Error) Run(string? module, params string[] arguments)
    {
        foreach (var program in Programs)
        {
            try
            {
                if (Start(program, "-c", module is null ? "" : $"import {module}").ExitCode == 0)
                {
                    return Start(program, arguments);
                }
            }
            catch (Win32Exception)
            {
                // No such program; perhaps the next one is there.
            }
        }

        Assert.Ignore($"The script needs python3{(module is null ? "" : $" with {module}")}, which is not installed.");
        return default;
    }

    private static (int ExitCode, string Output, string Error) Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
