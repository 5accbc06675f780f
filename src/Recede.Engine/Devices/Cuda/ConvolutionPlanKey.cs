namespace Recede.Engine.Devices.Cuda;

/// <summary>All that a plan depends on.</summary>
/// <param name="Pass">What is computed.</param>
/// <param name="Shape">The sizes.</param>
/// <param name="Type">Type of the two operands: single precision or bfloat16, with sums in single precision.</param>
/// <param name="ResultType">Type of the result.</param>
/// <param name="Accumulate">Whether the result is added to what is there.</param>
/// <param name="Bias">Forward: whether a float32 bias is added before the result is rounded.</param>
internal readonly record struct ConvolutionPlanKey(
    ConvolutionPass Pass, ConvolutionShape Shape, ElementType Type, ElementType ResultType, bool Accumulate, bool Bias)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Pass} of {Shape}, {Type} to {ResultType}{(Bias ? ", with bias" : "")}{(Accumulate ? ", accumulating" : "")}";
}
