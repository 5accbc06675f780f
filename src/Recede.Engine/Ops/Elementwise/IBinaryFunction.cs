using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>
/// y = f(a, b), element by element, of two tensors of one shape, with f(0, 0) = 0 and gradients that are 0 there, so
/// that padding stays zero; see <see cref="IUnaryFunction"/>.
/// </summary>
internal interface IBinaryFunction
{
    /// <summary>The op's name in errors.</summary>
    static abstract string Name { get; }

    /// <summary>Name of the kernels: {name}_forward, {name}_backward_a and {name}_backward_b of each element type.</summary>
    static abstract string KernelName { get; }

    /// <summary>The text that holds them where it is not kernels/elementwise.cu: CUDA C++ that includes "elementwise.cuh".</summary>
    static virtual string? KernelText => null;

    /// <summary>Whether the gradients read a and b; where not, they are given zeros and both may be freed.</summary>
    static abstract bool GradientReadsOperands { get; }

    /// <summary>f(a, b).</summary>
    static abstract TV Apply<TV>(TV a, TV b)
        where TV : unmanaged, ISimd<TV>;

    /// <summary>dL/da from a, b and dL/dy.</summary>
    static abstract TV GradientA<TV>(TV a, TV b, TV dy)
        where TV : unmanaged, ISimd<TV>;

    /// <summary>dL/db from a, b and dL/dy.</summary>
    static abstract TV GradientB<TV>(TV a, TV b, TV dy)
        where TV : unmanaged, ISimd<TV>;
}
