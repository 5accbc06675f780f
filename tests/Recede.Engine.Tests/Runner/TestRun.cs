using System.Diagnostics;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using Recede.Bench.Gpu;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Runner;

/// <summary>Runs tests in this process, one after another, and tells of each; the log is the caller's.</summary>
internal sealed class TestRun(TestRunOptions options, TestLog log) : ITestListener
{
    /// <summary>Exit code: the GPU's context is lost, so that nothing more can be learnt in this process; run again.</summary>
    public const int GoOn = 75;

    private const int LongestMessage = 2000;

    // After these the driver answers every call of the process so.
    private static readonly string[] Lost =
    [
        "CUDA_ERROR_ILLEGAL_ADDRESS", "CUDA_ERROR_LAUNCH_FAILED", "CUDA_ERROR_LAUNCH_TIMEOUT", "CUDA_ERROR_ILLEGAL_INSTRUCTION",
        "CUDA_ERROR_MISALIGNED_ADDRESS", "CUDA_ERROR_INVALID_ADDRESS_SPACE", "CUDA_ERROR_INVALID_PC", "CUDA_ERROR_HARDWARE_STACK_ERROR",
        "CUDA_ERROR_ASSERT", "CUDA_ERROR_ECC_UNCORRECTABLE",
    ];

    private readonly NUnitTestAssemblyRunner _runner = new(new DefaultTestAssemblyBuilder());
    private bool _lost;

    /// <summary>Runs; exit code 0 when nothing failed, 1 when something did or nothing ran, 3 without a GPU that was asked for.</summary>
    public int Execute()
    {
        var clock = Stopwatch.StartNew();
        var result = new ResultFile(options.Json is null ? "tests" : Path.GetFileNameWithoutExtension(options.Json), options.Json);
        if (CudaTestDevice.OnGpu)
        {
            using var device = GpuPart.Open(result);
            if (device is null)
            {
                return GpuPart.End(result, clock);
            }

            result.Note(device.Description);
        }

        // On this thread: a GPU's faults then belong to the test that is running.
        var settings = new Dictionary<string, object> { ["NumberOfTestWorkers"] = 0 };
        _runner.Load(typeof(TestRun).Assembly, settings);
        _runner.Run(this, new TestSelection(options.Category, options.Names, log.Done));
        Tell(result);
        var code = GpuPart.End(result, clock);
        return _lost ? GoOn : code;
    }

    /// <inheritdoc/>
    public void TestStarted(ITest test)
    {
        if (!test.IsSuite && !_lost)
        {
            log.Begin(test.FullName);
        }
    }

    /// <inheritdoc/>
    public void TestFinished(ITestResult result)
    {
        if (result.Test.IsSuite)
        {
            // What goes wrong before the first test of a fixture fails all of them; behind the last one it is the fixture's own.
            if (result.ResultState is { Status: TestStatus.Failed, Site: FailureSite.TearDown })
            {
                Finish(result.FullName, "Failed", result);
            }

            return;
        }

        if (!_lost)
        {
            Finish(result.FullName, result.ResultState.Status.ToString(), result);
        }
    }

    /// <inheritdoc/>
    public void TestOutput(TestOutput output)
    {
    }

    /// <inheritdoc/>
    public void SendMessage(TestMessage message)
    {
    }

    private void Finish(string test, string outcome, ITestResult result)
    {
        var message = result.Message is { } text ? text.Trim()[..Math.Min(text.Trim().Length, LongestMessage)] : null;
        log.Add(test, outcome, result.Duration, message);
        if (outcome == "Failed")
        {
            Console.WriteLine($"FAILED {test}\n    {message?.ReplaceLineEndings("\n    ")}");
        }

        if (outcome == "Failed" && CudaTestDevice.OnGpu && Lost.Any(name => message?.Contains(name, StringComparison.Ordinal) == true))
        {
            _lost = true;
            _runner.StopRun(force: false);
        }
    }

    private void Tell(ResultFile result)
    {
        result.Add(
            "Tests",
            ("category", options.Category ?? "all"),
            ("passed", log.Entries.Values.Count(entry => entry.Outcome == "Passed")),
            ("failed", log.Entries.Values.Count(entry => entry.Outcome == "Failed")),
            ("ignored", log.Entries.Values.Count(entry => entry.Outcome is "Skipped" or "Inconclusive")),
            ("seconds", log.Entries.Values.Sum(entry => entry.Seconds)));
        foreach (var group in log.Entries.Values.Where(entry => entry.Outcome is "Skipped" or "Inconclusive").GroupBy(entry => entry.Message))
        {
            result.Add("Ignored", ("tests", group.Count()), ("reason", group.Key));
        }

        foreach (var (test, entry) in log.Entries.Where(entry => entry.Value.Outcome == "Failed"))
        {
            result.Fail($"{test}: {entry.Message?.ReplaceLineEndings(" | ")}");
        }

        if (log.Entries.Count == 0)
        {
            result.Fail("no test ran");
        }
    }
}
