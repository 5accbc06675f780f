using System.Runtime.CompilerServices;
using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's code.</content>
internal sealed partial class AveragePool2dRule
{
    protected override void ForwardCpu(in CpuOpContext context, in Pool2dArguments args) =>
        Pool2dForward<Window>.Run(context, args);

    protected override void BackwardCpu(in CpuOpContext context, in Pool2dArguments args) =>
        Pool2dBackward<Window>.Run(context, args);

    // Every value of a window gets the same share.
    private readonly unsafe struct Window : IPoolWindow
    {
        public static bool BackwardReadsInput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Start<TV>()
            where TV : unmanaged, ISimd<TV> => TV.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Join<TV>(TV joined, TV x)
            where TV : unmanaged, ISimd<TV> => joined + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Finish<TV>(TV joined, TV share)
            where TV : unmanaged, ISimd<TV> => joined * share;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Share<TV>(TV dy, TV share)
            where TV : unmanaged, ISimd<TV> => dy * share;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Give<TV>(TV joined, float* x, TV rest)
            where TV : unmanaged, ISimd<TV> => rest;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Keep<TV>(TV joined, float* x, TV rest)
            where TV : unmanaged, ISimd<TV> => rest;
    }
}
