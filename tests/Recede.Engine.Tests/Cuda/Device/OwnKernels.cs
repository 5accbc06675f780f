using System.Runtime.InteropServices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>A few kernels that a program might bring.</summary>
internal static class OwnKernels
{
    public const string Text = """
        #include "common.cuh"
        struct ScaleArguments { const float* x; float* y; int count; float factor; };
        extern "C" __global__ void scale(const ScaleArguments a) {
            for (long long i = global_thread(); i < a.count; i += grid_threads()) a.y[i] = a.factor * a.x[i];
        }
        RECEDE_KERNEL(scale)
        extern "C" __global__ void increment(const ScaleArguments a) {
            for (long long i = global_thread(); i < a.count; i += grid_threads()) a.y[i] += a.factor;
        }
        RECEDE_KERNEL(increment)
        extern "C" __global__ void reverse(const ScaleArguments a) {
            RECEDE_SHARED_DYNAMIC(float, kept);
            for (int i = threadIdx.x; i < a.count; i += blockDim.x) kept[i] = a.x[i];
            __syncthreads();
            for (int i = threadIdx.x; i < a.count; i += blockDim.x) a.y[i] = kept[a.count - 1 - i];
        }
        RECEDE_KERNEL(reverse)
        struct FaultArguments { unsigned long long* word; int first; };
        extern "C" __global__ void report(const FaultArguments a) {
            if (static_cast<int>(threadIdx.x) >= a.first) {
                report_fault(a.word, RECEDE_FAULT_LABEL_OUT_OF_RANGE, threadIdx.x, 100 + static_cast<int>(threadIdx.x));
            }
        }
        RECEDE_KERNEL(report)
        """;

    public static readonly CudaKernel<ScaleArguments> Scale = CudaKernel<ScaleArguments>.FromSource("scale", Text);
    public static readonly CudaKernel<ScaleArguments> Increment = CudaKernel<ScaleArguments>.FromSource("increment", Text);
    public static readonly CudaKernel<ScaleArguments> Reverse = CudaKernel<ScaleArguments>.FromSource("reverse", Text);
    public static readonly CudaKernel<FaultArguments> Report = CudaKernel<FaultArguments>.FromSource("report", Text);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct ScaleArguments(nint X, nint Y, int Count, float Factor);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct FaultArguments(nint Word, int First);
}
