using System.Diagnostics;

namespace Recede.Engine.Tests.Support;

/// <summary>The Python that has Pillow, wherever it is.</summary>
internal static class Pillow
{
    /// <summary>Runs Python, which must succeed; ignores the test where there is none with Pillow.</summary>
    /// <returns>What it printed.</returns>
    public static string Run(params string[] arguments)
    {
        var (exitCode, output, error) = Start(Find(), arguments);
        Assert.That(exitCode, Is.Zero, error);
        return output;
    }

    /// <summary>Runs Python, which must fail.</summary>
    /// <returns>What it printed of that.</returns>
    public static string Fail(params string[] arguments)
    {
        var (exitCode, _, error) = Start(Find(), arguments);
        Assert.That(exitCode, Is.Not.Zero);
        return error;
    }

    private static string Find()
    {
        foreach (var python in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                if (Start(python, ["-c", "import PIL.Image"]).ExitCode == 0)
                {
                    return python;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No such program; perhaps the next one is there.
            }
        }

        Assert.Ignore("It takes python3 with Pillow, which is not installed.");
        return "";
    }

    private static (int ExitCode, string Output, string Error) Start(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
