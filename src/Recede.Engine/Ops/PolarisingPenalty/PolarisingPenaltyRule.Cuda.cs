using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The polarising penalty on CUDA.</content>
internal sealed partial class PolarisingPenaltyRule
{
    private static readonly CudaKernel<ScaleVectors.PenaltySumArguments> SumKernel = new("penalty.cu", "polarising_penalty_sum");

    private static readonly CudaKernel<ScaleVectors.PenaltyGradientArguments> GradientKernel =
        new("penalty.cu", "polarising_penalty_gradient");

    protected override void ForwardCuda(in CudaOpContext context, in PolarisingPenaltyArguments args) =>
        ScaleVectors.Sum(context, SumKernel, args.Lambda, args.Shift);

    protected override void BackwardCuda(in CudaOpContext context, in PolarisingPenaltyArguments args) =>
        ScaleVectors.Differentiate(context, GradientKernel, args.Lambda, args.Shift);
}
