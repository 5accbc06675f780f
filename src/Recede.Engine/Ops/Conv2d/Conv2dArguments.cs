namespace Recede.Engine.Ops;

/// <summary>Arguments of <see cref="Conv2dOp.Conv2d"/>.</summary>
/// <param name="StrideH">Rows from one output to the next, 1 or more.</param>
/// <param name="StrideW">Columns from one output to the next, 1 or more.</param>
/// <param name="PadH">Rows of zeros above and below x, 0 or more.</param>
/// <param name="PadW">Columns of zeros left and right of x, 0 or more.</param>
/// <param name="DilationH">Rows from one tap to the next, 1 or more.</param>
/// <param name="DilationW">Columns from one tap to the next, 1 or more.</param>
/// <param name="Groups">Groups of channels that do not see each other; as many as channels is depthwise.</param>
/// <param name="Moments">In training, also compute the channel moments of y for the norm that follows.</param>
/// <param name="Relu">In inference, negative values of y become zero, after the residual has been added.</param>
public readonly record struct Conv2dArguments(
    int StrideH, int StrideW, int PadH, int PadW, int DilationH, int DilationW, int Groups, bool Moments, bool Relu = false)
{
    /// <summary>The same numbers for rows and columns.</summary>
    public static Conv2dArguments Square(int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool moments = false) =>
        new(stride, stride, padding, padding, dilation, dilation, groups, moments);
}
