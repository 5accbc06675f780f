using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>F(2, 3), interpolating at 0, 1, -1 and infinity: 16 products for 4 outputs, for images too small for <see cref="WinogradF4"/>.</summary>
internal readonly unsafe struct WinogradF2 : IWinogradTransform
{
    public static int Outputs => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows
    {
        TV x0 = TOps.Load(from.At(0));
        TV x1 = TOps.Load(from.At(1));
        TV x2 = TOps.Load(from.At(2));
        TV x3 = TOps.Load(from.At(3));
        TOps.Store(TOps.Subtract(x0, x2), to);
        TOps.Store(TOps.Add(x1, x2), to + toStep);
        TOps.Store(TOps.Subtract(x2, x1), to + (2 * toStep));
        TOps.Store(TOps.Subtract(x1, x3), to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV g0 = TOps.Load(from);
        TV g1 = TOps.Load(from + fromStep);
        TV g2 = TOps.Load(from + (2 * fromStep));
        TV half = TOps.Broadcast(0.5f);
        TV outer = TOps.Multiply(half, TOps.Add(g0, g2));
        TV middle = TOps.Multiply(half, g1);
        TOps.Store(g0, to);
        TOps.Store(TOps.Add(outer, middle), to + toStep);
        TOps.Store(TOps.Subtract(outer, middle), to + (2 * toStep));
        TOps.Store(g2, to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV v0 = TOps.Load(from);
        TV v1 = TOps.Load(from + fromStep);
        TV v2 = TOps.Load(from + (2 * fromStep));
        TV v3 = TOps.Load(from + (3 * fromStep));
        TOps.Store(TOps.Add(v0, TOps.Add(v1, v2)), to);
        TOps.Store(TOps.Subtract(TOps.Subtract(v1, v2), v3), to + toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows
    {
        TV y0 = TOps.Load(from.At(0));
        TV y1 = TOps.Load(from.At(1));
        TOps.Store(y0, to);
        TOps.Store(TOps.Add(y0, y1), to + toStep);
        TOps.Store(TOps.Subtract(y0, y1), to + (2 * toStep));
        TOps.Store(TOps.Subtract(TOps.Zero, y1), to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterGradient<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV u0 = TOps.Load(from);
        TV u1 = TOps.Load(from + fromStep);
        TV u2 = TOps.Load(from + (2 * fromStep));
        TV u3 = TOps.Load(from + (3 * fromStep));
        TV half = TOps.Broadcast(0.5f);
        TV sum = TOps.Multiply(half, TOps.Add(u1, u2));
        TOps.Store(TOps.Add(u0, sum), to);
        TOps.Store(TOps.Multiply(half, TOps.Subtract(u1, u2)), to + toStep);
        TOps.Store(TOps.Add(sum, u3), to + (2 * toStep));
    }
}
