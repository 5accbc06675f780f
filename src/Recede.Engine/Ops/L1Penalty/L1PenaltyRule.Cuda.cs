using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The L1 penalty on CUDA.</content>
internal sealed partial class L1PenaltyRule
{
    private static readonly CudaKernel<ScaleVectors.PenaltySumArguments> SumKernel = new("penalty.cu", "l1_penalty_sum");

    private static readonly CudaKernel<ScaleVectors.PenaltyGradientArguments> GradientKernel = new("penalty.cu", "l1_penalty_gradient");

    protected override void ForwardCuda(in CudaOpContext context, in L1PenaltyArguments args) =>
        ScaleVectors.Sum(context, SumKernel, args.Lambda, shift: 0);

    protected override void BackwardCuda(in CudaOpContext context, in L1PenaltyArguments args) =>
        ScaleVectors.Differentiate(context, GradientKernel, args.Lambda, shift: 0);
}
