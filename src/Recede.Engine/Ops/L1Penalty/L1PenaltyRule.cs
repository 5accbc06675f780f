using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="L1PenaltyOp.L1Penalty"/>: any number of vectors, one scalar.</summary>
internal sealed partial class L1PenaltyRule : OpRule<L1PenaltyArguments>
{
    private L1PenaltyRule()
        : base("L1Penalty")
    {
    }

    public static L1PenaltyRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in L1PenaltyArguments args, Span<OutputSpec> outputs)
    {
        outputs[0] = ScaleVectors.Infer(inputs, args.Lambda);
        return 1;
    }

    public override SavedValues Saves(in L1PenaltyArguments args) => ScaleVectors.AllInputs;
}
