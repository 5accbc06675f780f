using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Tests.Ops;

namespace Recede.Engine.Tests.Core;

/// <summary>An op whose output no machine has room for.</summary>
internal sealed class GiantRule : CpuOpRule<WeightedSumArguments>
{
    private GiantRule()
        : base("Giant")
    {
    }

    public static GiantRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in WeightedSumArguments args, Span<OutputSpec> outputs)
    {
        outputs[0] = new OutputSpec(new Shape(1 << 15, 1 << 15, 1 << 14, 16));
        return 1;
    }

    public override SavedValues Saves(in WeightedSumArguments args) => SavedValues.None;

    protected override void ForwardCpu(in CpuOpContext context, in WeightedSumArguments args) =>
        throw new NotSupportedException("This op never runs.");

    protected override void BackwardCpu(in CpuOpContext context, in WeightedSumArguments args) =>
        throw new NotSupportedException("This op never ran.");
}
