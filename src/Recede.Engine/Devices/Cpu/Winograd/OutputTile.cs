using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>The gradients of a tile's own m outputs an axis.</summary>
internal readonly unsafe struct OutputTile<TT> : IWindow
    where TT : struct, IWinogradTransform
{
    public static int Size => TT.Outputs;

    public static int Step => TT.Outputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        => TT.OutputGradient<TV, TOps>(from, fromStep, to, toStep);
}
