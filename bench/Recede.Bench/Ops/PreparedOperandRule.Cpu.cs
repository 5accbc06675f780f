using Recede.Engine.Core;

namespace Recede.Bench.Ops;

/// <summary>Gives a step an operand that is in device memory already; it has no gradient.</summary>
internal sealed class PreparedOperandRule : CpuOpRule<PreparedOperandArguments>
{
    private PreparedOperandRule()
        : base("PreparedOperand")
    {
    }

    public static PreparedOperandRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in PreparedOperandArguments args, Span<OutputSpec> outputs)
    {
        outputs[0] = new OutputSpec(args.Operand.Shape, Differentiable: false);
        return 1;
    }

    public override SavedValues Saves(in PreparedOperandArguments args) => SavedValues.None;

    protected override unsafe void ForwardCpu(in CpuOpContext context, in PreparedOperandArguments args) =>
        args.Operand.Fill((nint)context.Output(0));

    protected override void BackwardCpu(in CpuOpContext context, in PreparedOperandArguments args)
    {
    }
}
