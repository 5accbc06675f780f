using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Which vector instructions the CPU kernels use. The answer is fixed for a process, so the
/// just-in-time compiler removes the branches that are not taken.
/// </summary>
public static class Simd
{
    /// <summary>
    /// The channels that one block of the physical layout holds (NCHW16c), at every <see cref="Level"/>.
    /// </summary>
    public const int Lanes = 16;

    /// <summary>
    /// What the hardware has and the runtime's switches (<c>DOTNET_EnableAVX512=0</c>,
    /// <c>DOTNET_EnableAVX2=0</c>, <c>DOTNET_EnableHWIntrinsic=0</c>) allow.
    /// </summary>
    public static SimdLevel Level
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
            {
                return SimdLevel.Vector512;
            }

            return Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported
                ? SimdLevel.Vector256
                : SimdLevel.Scalar;
        }
    }

    /// <summary>Ends the stores that stream past the caches: only behind a fence do other threads see them in order.</summary>
    internal static void Fence()
    {
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
    }
}
