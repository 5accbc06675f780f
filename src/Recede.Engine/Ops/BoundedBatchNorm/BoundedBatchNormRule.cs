using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="BoundedBatchNormOp.BoundedBatchNorm"/>.</summary>
internal sealed class BoundedBatchNormRule : ChannelNormRule<SigmoidScale>
{
    private static readonly BoundedBatchNormRule Instance = new();

    private BoundedBatchNormRule()
        : base("BoundedBatchNorm", "w")
    {
    }

    public static Tensor Run(
        Tape tape, Tensor x, Tensor w, Tensor runningMean, Tensor runningVariance, Tensor residual, in NormArguments args) =>
        Run(Instance, tape, x, w, Tensor.None, runningMean, runningVariance, residual, args);
}
