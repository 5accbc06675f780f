using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cuda;

/// <summary>Looks for NaN and infinity.</summary>
internal static class FiniteCheck
{
    private static readonly CudaKernel<FiniteCheckArguments> Kernel = new("finite.cu", "finite_check_f32");

    /// <summary>Queues the check of <paramref name="count"/> floats: the flag, an int, becomes 1 when one is not finite.</summary>
    public static void Queue(CudaDevice device, nint address, long count, nint flag)
    {
        const int FloatsOfVector = 4;
        var args = new FiniteCheckArguments { X = address, Count = count, Flag = flag };
        device.Launch(Kernel, LaunchGrid.Over(count / FloatsOfVector), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FiniteCheckArguments
    {
        public nint X;
        public long Count;
        public nint Flag;
    }
}
