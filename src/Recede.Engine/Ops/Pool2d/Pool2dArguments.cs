namespace Recede.Engine.Ops;

/// <summary>The windows of a pooling op. Output rows are floor((H + 2 PadH - KH) / StrideH) + 1, columns likewise.</summary>
/// <param name="KH">Rows of a window, 1 or more.</param>
/// <param name="KW">Columns of a window, 1 or more.</param>
/// <param name="StrideH">Rows from a window to the next, 1 or more.</param>
/// <param name="StrideW">Columns from a window to the next, 1 or more.</param>
/// <param name="PadH">Rows of padding above and below, 0 to KH / 2.</param>
/// <param name="PadW">Columns of padding left and right, 0 to KW / 2.</param>
public readonly record struct Pool2dArguments(int KH, int KW, int StrideH, int StrideW, int PadH, int PadW)
{
    /// <summary>Square windows.</summary>
    public static Pool2dArguments Square(int kernel, int stride, int padding = 0) =>
        new(kernel, kernel, stride, stride, padding, padding);
}
