using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <content>The polarising penalty on the CPU: a few thousand channels, in double precision.</content>
internal sealed unsafe partial class PolarisingPenaltyRule
{
    protected override void ForwardCpu(in CpuOpContext context, in PolarisingPenaltyArguments args) =>
        ScaleVectors.Sum(context, new Term(args.Shift), args.Lambda);

    protected override void BackwardCpu(in CpuOpContext context, in PolarisingPenaltyArguments args) =>
        ScaleVectors.Differentiate(context, new Term(args.Shift), args.Lambda);

    private readonly struct Term(double shift) : IScaleTerm
    {
        public double Value(double w)
        {
            var z = w + shift;
            return Logistic.Sigmoid(z) * (1 + Logistic.NegativeLogSigmoid(z));
        }

        public double Slope(double w)
        {
            var z = w + shift;
            return Logistic.SigmoidSlope(z) * Logistic.NegativeLogSigmoid(z);
        }
    }
}
