using Recede.Engine.Devices.Cuda;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/step.cu: the end of a captured step.</summary>
[TestFixture]
internal sealed class StepKernelTests
{
    [TestCase(1.5f, 0.25f, ulong.MaxValue, ExpectedResult = StepState.NoneBad)]
    [TestCase(1.5f, null, ulong.MaxValue, ExpectedResult = StepState.NoneBad)]
    [TestCase(float.NaN, 0.25f, ulong.MaxValue, ExpectedResult = -1)]
    [TestCase(1.5f, float.PositiveInfinity, ulong.MaxValue, ExpectedResult = -1)]
    [TestCase(1.5f, null, 7ul, ExpectedResult = -1)]
    public int ResultsAreGatheredAndBadOnesTold(float loss, float? penalty, ulong fault)
    {
        var bad = 0;
        KernelRun.InEveryOrder("step.cu", run =>
        {
            var before = new StepState { Step = 3, Epoch = 4, LearningRate = 0.5f, Bad = StepState.NoneBad };
            var state = run.Upload<StepState>([before]);
            run.Launch("step_results", new LaunchGrid(1, 1, 1, 1, 1, 0), new CapturedStep.StepResultsArguments(
                run.Upload<float>([loss]),
                penalty is { } value ? run.Upload<float>([value]) : 0,
                run.Upload<float>([7]),
                run.Upload<ulong>([fault]),
                state));
            var after = run.Download<StepState>(state, 1)[0];
            bad = after.Bad;
            Assert.That(after, Is.EqualTo(before with { Bad = bad, Loss = loss, Penalty = penalty ?? 0, Correct = 7 }));
        });
        return bad;
    }
}
