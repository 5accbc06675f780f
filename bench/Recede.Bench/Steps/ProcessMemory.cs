using System.Globalization;

namespace Recede.Bench.Steps;

/// <summary>This process's memory as Linux counts it, in MiB; bench/peer/train_step.py asks the same of its own.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string ResetFile = "/proc/self/clear_refs";
    private const string ResetPeakCode = "5";

    /// <summary>The most that has lain in memory since <see cref="Begin"/>.</summary>
    public static double Peak => Read("VmHWM:");

    /// <summary>Begins <see cref="Peak"/> anew and gives what lies in memory now.</summary>
    public static double Begin()
    {
        File.WriteAllText(ResetFile, ResetPeakCode);
        return Read("VmRSS:");
    }

    private static double Read(string field)
    {
        var line = File.ReadLines(Status).First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }
}
