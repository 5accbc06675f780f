using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>
/// y = f(x), element by element: an elementwise op is one such struct and an extension method that records
/// <see cref="UnaryRule{TFunction}"/> over it, with a functor of the same equations in kernels/elementwise.cu. The loops are
/// written once, in the rule and in that file.
/// </summary>
internal interface IUnaryFunction
{
    /// <summary>The op's name in errors.</summary>
    static abstract string Name { get; }

    /// <summary>Name of the kernels: {name}_forward and {name}_backward of each element type.</summary>
    static abstract string KernelName { get; }

    /// <summary>The text that holds them where it is not kernels/elementwise.cu: CUDA C++ that includes "elementwise.cuh".</summary>
    static virtual string? KernelText => null;

    /// <summary>
    /// Whether f(0) = 0 and the gradient at x = 0, dy = 0 is 0, so that zero padding stays zero by itself. Where not,
    /// the rule clears the padding lanes.
    /// </summary>
    static abstract bool KeepsZero { get; }

    /// <summary>Whether <see cref="Gradient"/> reads x; where not, it is given zeros and x may be freed.</summary>
    static abstract bool GradientReadsX { get; }

    /// <summary>Whether <see cref="Gradient"/> reads y; where not, it is given zeros and y may be freed.</summary>
    static abstract bool GradientReadsY { get; }

    /// <summary>f(x).</summary>
    static abstract TV Apply<TV>(TV x)
        where TV : unmanaged, ISimd<TV>;

    /// <summary>dL/dx from x, y = f(x) and dL/dy.</summary>
    static abstract TV Gradient<TV>(TV x, TV y, TV dy)
        where TV : unmanaged, ISimd<TV>;
}
