using System.Numerics;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// What fast_divide in kernels/common.cuh needs to divide integers below 2^31 by a fixed divisor: a multiplication and a
/// shift. Source: Granlund and Montgomery, "Division by Invariant Integers using Multiplication", PLDI 1994, section 4.
/// </summary>
/// <param name="Multiplier">Goes into the kernel's structure beside the divisor.</param>
/// <param name="Shift">Likewise.</param>
internal readonly record struct FastDivision(uint Multiplier, int Shift)
{
    /// <summary>Of a divisor of 1 or more.</summary>
    public static FastDivision Of(int divisor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(divisor, 1);
        var shift = 32 - BitOperations.LeadingZeroCount((uint)divisor - 1);
        return new FastDivision((uint)((((1UL << shift) - (ulong)divisor) << 32) / (ulong)divisor + 1), shift);
    }
}
