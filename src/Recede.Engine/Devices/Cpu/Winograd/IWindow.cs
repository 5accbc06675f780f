namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>What of a tensor a tile sees, and the transform that takes it to the domain of products.</summary>
internal unsafe interface IWindow
{
    /// <summary>The window's rows and columns.</summary>
    static abstract int Size { get; }

    /// <summary>From one tile's window to the next, in rows or columns.</summary>
    static abstract int Step { get; }

    /// <summary>The transform along one axis: <see cref="Size"/> values to <see cref="Step"/> + 2.</summary>
    static abstract void Apply<TV, TOps, TRows>(TRows from, float* to, nint toStep)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TRows : struct, IRows;
}
