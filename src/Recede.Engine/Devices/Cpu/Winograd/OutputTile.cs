using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>The gradients of a tile's own m outputs an axis.</summary>
internal readonly unsafe struct OutputTile<TT> : IWindow
    where TT : struct, IWinogradTransform
{
    public static int Size => TT.Outputs;

    public static int Step => TT.Outputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows
        => TT.OutputGradient<TV, TOps, TRows>(from, to, toStep);
}
