using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>What a pooling op does with the values of a window, lane by lane.</summary>
internal unsafe interface IPoolWindow
{
    /// <summary>Whether backward reads the window's values again.</summary>
    static abstract bool BackwardReadsInput { get; }

    /// <summary>What an empty window joins to.</summary>
    static abstract TV Start<TV>()
        where TV : unmanaged, ISimd<TV>;

    /// <summary>A window's joined values with one more.</summary>
    static abstract TV Join<TV>(TV joined, TV x)
        where TV : unmanaged, ISimd<TV>;

    /// <summary>The output from the joined values; <paramref name="share"/> is 1 over the window's size. Backward puts the
    /// output's gradient through <see cref="Share"/>.</summary>
    static abstract TV Finish<TV>(TV joined, TV share)
        where TV : unmanaged, ISimd<TV>;

    /// <summary>What backward starts to hand out: the output's gradient, or the share of it that each value gets.</summary>
    static abstract TV Share<TV>(TV dy, TV share)
        where TV : unmanaged, ISimd<TV>;

    /// <summary>The part of <paramref name="rest"/> that the value at <paramref name="x"/> gets.</summary>
    static abstract TV Give<TV>(TV joined, float* x, TV rest)
        where TV : unmanaged, ISimd<TV>;

    /// <summary>What is left of <paramref name="rest"/> after the value at <paramref name="x"/> got its part.</summary>
    static abstract TV Keep<TV>(TV joined, float* x, TV rest)
        where TV : unmanaged, ISimd<TV>;
}
