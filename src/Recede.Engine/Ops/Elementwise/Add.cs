using System.Runtime.CompilerServices;
using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>The sum of two tensors; a residual block's join.</summary>
public static class AddOp
{
    /// <summary>y = a + b; dL/da = dL/db = dL/dy. Deterministic. A tensor may be added to itself.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="a">[N, H, W, C].</param>
    /// <param name="b">[N, H, W, C], the same shape.</param>
    /// <returns>[N, H, W, C].</returns>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    public static Tensor Add(this Tape tape, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(BinaryRule<Function>.Instance, default, [a, b]);
    }

    private readonly struct Function : IBinaryFunction
    {
        public static string Name => "Add";

        public static string KernelName => "add";

        public static bool GradientReadsOperands => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Apply<TV>(TV a, TV b)
            where TV : unmanaged, ISimd<TV> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV GradientA<TV>(TV a, TV b, TV dy)
            where TV : unmanaged, ISimd<TV> => dy;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV GradientB<TV>(TV a, TV b, TV dy)
            where TV : unmanaged, ISimd<TV> => dy;
    }
}
