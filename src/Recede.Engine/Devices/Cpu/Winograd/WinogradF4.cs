using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>F(4, 3), interpolating at 0, 1, -1, 2, -2 and infinity: 36 products for 16 outputs that take 144 directly.</summary>
internal readonly unsafe struct WinogradF4 : IWinogradTransform
{
    public static int Outputs => 4;

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
        TV x4 = TOps.Load(from.At(4));
        TV x5 = TOps.Load(from.At(5));
        TV two = TOps.Broadcast(2f);
        TV four = TOps.Broadcast(4f);
        TV minusFour = TOps.Broadcast(-4f);
        TV minusFive = TOps.Broadcast(-5f);
        TV even = TOps.Fma(minusFour, x2, x4);
        TV odd = TOps.Fma(minusFour, x1, x3);
        TV evenTwo = TOps.Subtract(x4, x2);
        TV oddTwo = TOps.Multiply(two, TOps.Subtract(x3, x1));
        TOps.Store(TOps.Fma(four, x0, TOps.Fma(minusFive, x2, x4)), to);
        TOps.Store(TOps.Add(even, odd), to + toStep);
        TOps.Store(TOps.Subtract(even, odd), to + (2 * toStep));
        TOps.Store(TOps.Add(evenTwo, oddTwo), to + (3 * toStep));
        TOps.Store(TOps.Subtract(evenTwo, oddTwo), to + (4 * toStep));
        TOps.Store(TOps.Fma(four, x1, TOps.Fma(minusFive, x3, x5)), to + (5 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV g0 = TOps.Load(from);
        TV g1 = TOps.Load(from + fromStep);
        TV g2 = TOps.Load(from + (2 * fromStep));
        TV outer = TOps.Multiply(TOps.Broadcast(-1f / 6f), TOps.Add(g0, g2));
        TV middle = TOps.Multiply(TOps.Broadcast(1f / 6f), g1);
        TV outerTwo = TOps.Fma(TOps.Broadcast(1f / 24f), g0, TOps.Multiply(TOps.Broadcast(1f / 6f), g2));
        TV middleTwo = TOps.Multiply(TOps.Broadcast(1f / 12f), g1);
        TOps.Store(TOps.Multiply(TOps.Broadcast(0.25f), g0), to);
        TOps.Store(TOps.Subtract(outer, middle), to + toStep);
        TOps.Store(TOps.Add(outer, middle), to + (2 * toStep));
        TOps.Store(TOps.Add(outerTwo, middleTwo), to + (3 * toStep));
        TOps.Store(TOps.Subtract(outerTwo, middleTwo), to + (4 * toStep));
        TOps.Store(g2, to + (5 * toStep));
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
        TV v4 = TOps.Load(from + (4 * fromStep));
        TV v5 = TOps.Load(from + (5 * fromStep));
        TV sum = TOps.Add(v1, v2);
        TV difference = TOps.Subtract(v1, v2);
        TV sumTwo = TOps.Add(v3, v4);
        TV differenceTwo = TOps.Subtract(v3, v4);
        TOps.Store(TOps.Add(TOps.Add(v0, sum), sumTwo), to);
        TOps.Store(TOps.Fma(TOps.Broadcast(2f), differenceTwo, difference), to + toStep);
        TOps.Store(TOps.Fma(TOps.Broadcast(4f), sumTwo, sum), to + (2 * toStep));
        TOps.Store(TOps.Add(TOps.Fma(TOps.Broadcast(8f), differenceTwo, difference), v5), to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows
    {
        TV y0 = TOps.Load(from.At(0));
        TV y1 = TOps.Load(from.At(1));
        TV y2 = TOps.Load(from.At(2));
        TV y3 = TOps.Load(from.At(3));
        TV even = TOps.Add(y0, y2);
        TV odd = TOps.Add(y1, y3);
        TV evenTwo = TOps.Fma(TOps.Broadcast(4f), y2, y0);
        TV oddTwo = TOps.Fma(TOps.Broadcast(8f), y3, TOps.Add(y1, y1));
        TOps.Store(y0, to);
        TOps.Store(TOps.Add(even, odd), to + toStep);
        TOps.Store(TOps.Subtract(even, odd), to + (2 * toStep));
        TOps.Store(TOps.Add(evenTwo, oddTwo), to + (3 * toStep));
        TOps.Store(TOps.Subtract(evenTwo, oddTwo), to + (4 * toStep));
        TOps.Store(y3, to + (5 * toStep));
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
        TV u4 = TOps.Load(from + (4 * fromStep));
        TV u5 = TOps.Load(from + (5 * fromStep));
        TV sixth = TOps.Broadcast(1f / 6f);
        TV sum = TOps.Multiply(sixth, TOps.Add(u1, u2));
        TV sumTwo = TOps.Add(u3, u4);
        TV first = TOps.Subtract(TOps.Multiply(TOps.Broadcast(0.25f), u0), sum);
        TV second = TOps.Multiply(sixth, TOps.Subtract(u2, u1));
        TV third = TOps.Subtract(TOps.Fma(sixth, sumTwo, u5), sum);
        TOps.Store(TOps.Fma(TOps.Broadcast(1f / 24f), sumTwo, first), to);
        TOps.Store(TOps.Fma(TOps.Broadcast(1f / 12f), TOps.Subtract(u3, u4), second), to + toStep);
        TOps.Store(third, to + (2 * toStep));
    }
}
