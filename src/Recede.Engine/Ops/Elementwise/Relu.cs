using System.Runtime.CompilerServices;
using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>The rectifier.</summary>
public static class ReluOp
{
    /// <summary>
    /// y = max(x, 0); dL/dx = dL/dy where y &gt; 0, else 0. Deterministic. A NaN stays a NaN.
    /// </summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <returns>[N, H, W, C].</returns>
    public static Tensor Relu(this Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(UnaryRule<Function>.Instance, default, [x]);
    }

    private readonly struct Function : IUnaryFunction
    {
        public static string Name => "Relu";

        public static string KernelName => "relu";

        public static bool KeepsZero => true;

        public static bool GradientReadsX => false;

        public static bool GradientReadsY => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Apply<TV>(TV x)
            where TV : unmanaged, ISimd<TV> => TV.Max(x, TV.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Gradient<TV>(TV x, TV y, TV dy)
            where TV : unmanaged, ISimd<TV> => TV.SelectGreater(y, TV.Zero, dy, TV.Zero);
    }
}
