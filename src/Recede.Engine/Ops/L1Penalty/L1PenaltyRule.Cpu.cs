using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <content>The L1 penalty on the CPU.</content>
internal sealed unsafe partial class L1PenaltyRule
{
    protected override void ForwardCpu(in CpuOpContext context, in L1PenaltyArguments args) =>
        ScaleVectors.Sum(context, default(Term), args.Lambda);

    protected override void BackwardCpu(in CpuOpContext context, in L1PenaltyArguments args) =>
        ScaleVectors.Differentiate(context, default(Term), args.Lambda);

    private readonly struct Term : IScaleTerm
    {
        public double Value(double w) => Math.Abs(w);

        // 0 at 0; a NaN stays one.
        public double Slope(double w) => w > 0 ? 1 : w < 0 ? -1 : w;
    }
}
