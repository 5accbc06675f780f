using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="PolarisingPenaltyOp.PolarisingPenalty"/>: any number of vectors, one scalar.</summary>
internal sealed partial class PolarisingPenaltyRule : OpRule<PolarisingPenaltyArguments>
{
    private PolarisingPenaltyRule()
        : base("PolarisingPenalty")
    {
    }

    public static PolarisingPenaltyRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in PolarisingPenaltyArguments args, Span<OutputSpec> outputs)
    {
        if (!float.IsFinite(args.Shift))
        {
            throw inputs.Error($"shift must be a number, got {args.Shift}");
        }

        outputs[0] = ScaleVectors.Infer(inputs, args.Lambda);
        return 1;
    }

    public override SavedValues Saves(in PolarisingPenaltyArguments args) => ScaleVectors.AllInputs;
}
