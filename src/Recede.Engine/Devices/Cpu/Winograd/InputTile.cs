using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>The m + 2 inputs an axis that m outputs read; neighbours overlap by 2.</summary>
internal readonly unsafe struct InputTile<TT> : IWindow
    where TT : struct, IWinogradTransform
{
    public static int Size => TT.Outputs + 2;

    public static int Step => TT.Outputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows
        => TT.Input<TV, TOps, TRows>(from, to, toStep);
}
