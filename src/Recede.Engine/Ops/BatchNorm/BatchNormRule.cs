using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="BatchNormOp.BatchNorm"/>.</summary>
internal sealed class BatchNormRule : ChannelNormRule<PlainScale>
{
    private static readonly BatchNormRule Instance = new();

    private BatchNormRule()
        : base("BatchNorm", "gamma")
    {
    }

    public static Tensor Run(
        Tape tape, Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVariance, Tensor residual, in NormArguments args) =>
        Run(Instance, tape, x, gamma, beta, runningMean, runningVariance, residual, args);
}
