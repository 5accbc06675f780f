using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cuda;

/// <summary>Looks for NaN and infinity.</summary>
internal static class FiniteCheck
{
    private static readonly TypedCudaKernel<FiniteCheckArguments> Kernel = new("finite.cu", "finite_check");

    /// <summary>Queues the check of <paramref name="count"/> values: the flag, an int, becomes 1 when one is not finite, and is
    /// else left alone.</summary>
    public static void Queue(
        CudaDevice device, nint address, long count, nint flag, ElementType type)
    {
        var args = new FiniteCheckArguments { X = address, Count = count, Flag = flag };
        device.Launch(Kernel.For(type), LaunchGrid.Over(count / NhwcLayout.VectorWidth(type)), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct FiniteCheckArguments
    {
        public nint X;
        public long Count;
        public nint Flag;
    }
}
