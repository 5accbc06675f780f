using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Ops;

namespace Recede.Engine.Tests.Cuda.Libraries;

/// <summary>A convolution and its gradients by their definition, in double precision and row-major order.</summary>
internal static class NaiveConvolution
{
    /// <summary>The shape of y.</summary>
    public static ConvolutionShape Shape(Shape x, Shape weight, (int H, int W) stride, (int H, int W) pad, (int H, int W) dilation)
    {
        var height = (x.H + (2 * pad.H) - (dilation.H * (weight.H - 1)) - 1) / stride.H + 1;
        var width = (x.W + (2 * pad.W) - (dilation.W * (weight.W - 1)) - 1) / stride.W + 1;
        return new ConvolutionShape(
            x, weight, new Shape(x.N, height, width, weight.N), stride.H, stride.W, pad.H, pad.W, dilation.H, dilation.W);
    }

    /// <summary>What a pass makes of its two operands, without what was there.</summary>
    public static double[] Result(ConvolutionPass pass, in ConvolutionShape s, double[] left, double[] right)
    {
        var result = new double[ResultShape(pass, s).Count];
        for (var n = 0; n < s.Y.N; n++)
        {
            for (var p = 0; p < s.Y.H; p++)
            {
                for (var q = 0; q < s.Y.W; q++)
                {
                    for (var o = 0; o < s.Y.C; o++)
                    {
                        AddProducts(pass, s, left, right, result, n, p, q, o);
                    }
                }
            }
        }

        return result;
    }

    /// <summary>Shape of a pass's first operand.</summary>
    public static Shape LeftShape(ConvolutionPass pass, in ConvolutionShape s) => pass == ConvolutionPass.BackwardData ? s.Y : s.X;

    /// <summary>Shape of a pass's second operand.</summary>
    public static Shape RightShape(ConvolutionPass pass, in ConvolutionShape s) => pass == ConvolutionPass.BackwardFilter ? s.Y : s.Weight;

    /// <summary>Shape of a pass's result.</summary>
    public static Shape ResultShape(ConvolutionPass pass, in ConvolutionShape s) => pass switch
    {
        ConvolutionPass.Forward => s.Y,
        ConvolutionPass.BackwardData => s.X,
        _ => s.Weight,
    };

    private static void AddProducts(
        ConvolutionPass pass, in ConvolutionShape s, double[] left, double[] right, double[] result, int n, int p, int q, int o)
    {
        var y = RowMajor.Index(s.Y, n, p, q, o);
        for (var kh = 0; kh < s.Weight.H; kh++)
        {
            for (var kw = 0; kw < s.Weight.W; kw++)
            {
                var (h, w) = ((p * s.StrideH) + (kh * s.DilationH) - s.PadH, (q * s.StrideW) + (kw * s.DilationW) - s.PadW);
                if (h < 0 || h >= s.X.H || w < 0 || w >= s.X.W)
                {
                    continue;
                }

                for (var i = 0; i < s.X.C; i++)
                {
                    var x = RowMajor.Index(s.X, n, h, w, i);
                    var f = RowMajor.Index(s.Weight, o, kh, kw, i);
                    _ = pass switch
                    {
                        ConvolutionPass.Forward => result[y] += left[x] * right[f],
                        ConvolutionPass.BackwardData => result[x] += left[y] * right[f],
                        _ => result[f] += left[x] * right[y],
                    };
                }
            }
        }
    }
}
