using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Recede.Bench;

/// <summary>
/// Short jobs in this very process: the default toolchain writes, restores and builds a project for every job, which
/// takes longer than the measurement and a network; and the process already has the settings that the trainer runs with.
/// </summary>
internal sealed class BenchmarkConfig : ManualConfig
{
    private const int WarmUps = 3;
    private const int Iterations = 9;
    private const double IterationMilliseconds = 120;

    // One that takes longer ends the whole run: a busy machine must not.
    private static readonly TimeSpan LongestBenchmark = TimeSpan.FromMinutes(30);

    public BenchmarkConfig()
    {
        Add(DefaultConfig.Instance);
        AddJob(Job.Default
            .WithId("short")
            .WithToolchain(new InProcessEmitToolchain(LongestBenchmark, logOutput: false))
            .WithWarmupCount(WarmUps)
            .WithIterationCount(Iterations)
            .WithIterationTime(TimeInterval.FromMilliseconds(IterationMilliseconds))
            .WithUnrollFactor(1)
            .AsDefault());
        AddDiagnoser(MemoryDiagnoser.Default);
        WithSummaryStyle(BenchmarkDotNet.Reports.SummaryStyle.Default.WithMaxParameterColumnWidth(40));
    }
}
