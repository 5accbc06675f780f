using System.Runtime.CompilerServices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>How a norm's backward pass on the CPU knows where the ReLU let through.</summary>
internal unsafe interface INormMask
{
    /// <summary>dy where the ReLU let through, else 0.</summary>
    /// <param name="dy">dL/dy of a pixel's channels.</param>
    /// <param name="d">x - mean.</param>
    /// <param name="a">The forward pass's factor.</param>
    /// <param name="b">The forward pass's summand.</param>
    /// <param name="y">The pixel's outputs.</param>
    static abstract TV Apply<TV>(TV dy, TV d, TV a, TV b, float* y)
        where TV : unmanaged, ISimd<TV>;
}

/// <summary>There was no ReLU.</summary>
internal readonly unsafe struct NoMask : INormMask
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Apply<TV>(TV dy, TV d, TV a, TV b, float* y)
        where TV : unmanaged, ISimd<TV> => dy;
}

/// <summary>Where y is positive.</summary>
internal readonly unsafe struct MaskFromY : INormMask
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Apply<TV>(TV dy, TV d, TV a, TV b, float* y)
        where TV : unmanaged, ISimd<TV> => TV.SelectGreater(TV.Load(y), TV.Zero, dy, TV.Zero);
}

/// <summary>Where the forward pass's own expression is, computed again from x: that spares reading y.</summary>
internal readonly unsafe struct MaskFromX : INormMask
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Apply<TV>(TV dy, TV d, TV a, TV b, float* y)
        where TV : unmanaged, ISimd<TV> => TV.SelectGreater(TV.Fma(d, a, b), TV.Zero, dy, TV.Zero);
}
