namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>
/// The transforms of Winograd's minimal filtering F(m, 3) along one axis (Lavin and Gray 2016, arXiv 1509.09308). With x of
/// m + 2 values and a filter g of 3, m outputs are y = A'[(G g) * (B' x)], where * is elementwise; in two dimensions each
/// transform runs along columns and then along rows.
/// </summary>
/// <remarks>
/// Transforms of a tensor's own values read them where an <see cref="IRows"/> says, the others read vectors <c>fromStep</c> floats
/// apart; all write vectors <c>toStep</c> floats apart. The gradients are those of the same formula: dg = G'[(A dy) * (B' x)].
/// </remarks>
internal unsafe interface IWinogradTransform
{
    /// <summary>m: outputs along one axis.</summary>
    static abstract int Outputs { get; }

    /// <summary>B' x: m + 2 inputs to m + 2 values.</summary>
    static abstract void Input<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows;

    /// <summary>G g: 3 taps to m + 2 values.</summary>
    static abstract void Filter<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>;

    /// <summary>A' v: m + 2 values to m outputs.</summary>
    static abstract void Output<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>;

    /// <summary>A dy: the gradients of m outputs to m + 2 values.</summary>
    static abstract void OutputGradient<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows;

    /// <summary>G' u: m + 2 values to the gradients of 3 taps.</summary>
    static abstract void FilterGradient<TV, TOps>(float* from, nint fromStep, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>;
}
