using Recede.Engine.Core;
using Recede.Engine.Tests.Ops;

namespace Recede.Engine.Tests.Core;

/// <summary>An op that takes scratch memory and then fails.</summary>
internal sealed class FailingRule : CpuOpRule<WeightedSumArguments>
{
    private FailingRule()
        : base("Failing")
    {
    }

    public static FailingRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in WeightedSumArguments args, Span<OutputSpec> outputs)
    {
        outputs[0] = new OutputSpec(inputs[0]);
        return 1;
    }

    public override SavedValues Saves(in WeightedSumArguments args) => SavedValues.None;

    protected override unsafe void ForwardCpu(in CpuOpContext context, in WeightedSumArguments args)
    {
        _ = context.Workspace(1000);
        throw new NotSupportedException("This op fails.");
    }

    protected override void BackwardCpu(in CpuOpContext context, in WeightedSumArguments args) =>
        throw new NotSupportedException("This op fails.");
}
