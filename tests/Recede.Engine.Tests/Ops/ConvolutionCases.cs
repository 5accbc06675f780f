using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of conv2d and linear.</summary>
internal static class ConvolutionCases
{
    private static readonly Conv2dArguments Plain = Conv2dArguments.Square();
    private static readonly Conv2dArguments Same = Conv2dArguments.Square(padding: 1);

    public static IEnumerable<OpCase> Rows { get; } = [.. Shapes(), .. Windows(), .. Grouped(), .. Linears()];

    private static IEnumerable<OpCase> Shapes()
    {
        yield return Row("3x3 of a single channel", new(1, 4, 4, 1), new(1, 3, 3, 1), Same);
        yield return Row("3x3, 3 to 16", new(2, 6, 5, 3), new(16, 3, 3, 3), Same, moments: true);
        yield return Row("3x3, 7 to 31", new(2, 5, 6, 7), new(31, 3, 3, 7), Same, bias: true);
        yield return Row("3x3, 31 to 37", new(1, 4, 5, 31), new(37, 3, 3, 31), Same, bias: true, moments: true);
        yield return Row("3x3, 16 to 32, five images", new(5, 3, 4, 16), new(32, 3, 3, 16), Same);
        yield return Row("3x3 over wide rows", new(1, 3, 37, 7), new(3, 3, 3, 7), Same);
        yield return Row("1x1, 37 to 7", new(2, 3, 3, 37), new(7, 1, 1, 37), Plain, bias: true, moments: true);
        yield return Row("1x1 of one pixel", new(5, 1, 1, 31), new(16, 1, 1, 31), Plain, bias: true);
        yield return Row("no image", new(0, 4, 4, 3), new(7, 3, 3, 3), Same, bias: true);
        yield return Row("3x3 of no image, grouped", new(0, 4, 4, 6), new(6, 3, 3, 1), Same with { Groups = 6 });
        yield return Row("3x3, 64 to 64", new(1, 4, 4, 64), new(64, 3, 3, 64), Same, probes: 40);
    }

    private static IEnumerable<OpCase> Windows()
    {
        yield return Row("2x2", new(2, 5, 4, 3), new(7, 2, 2, 3), Plain, bias: true);
        yield return Row("5x5", new(1, 7, 6, 3), new(4, 5, 5, 3), Plain with { PadH = 2, PadW = 2 });
        yield return Row("7x7 stride 2", new(1, 9, 10, 3), new(16, 7, 7, 3), Conv2dArguments.Square(2, 3), moments: true);
        yield return Row("3x3 stride 2", new(2, 7, 8, 16), new(17, 3, 3, 16), Conv2dArguments.Square(2, 1), moments: true);
        yield return Row("3x3 stride 3", new(1, 8, 9, 5), new(3, 3, 3, 5), Conv2dArguments.Square(3));
        yield return Row("1x1 stride 2", new(2, 5, 6, 16), new(31, 1, 1, 16), Conv2dArguments.Square(2), moments: true);
        yield return Row("1x1 stride 3, padded", new(1, 5, 4, 3), new(5, 1, 1, 3), Conv2dArguments.Square(3, 2));
        yield return Row("2x2 stride 3, gaps", new(1, 8, 8, 3), new(4, 2, 2, 3), Conv2dArguments.Square(3));
        yield return Row("3x3 padded more than the kernel", new(1, 3, 2, 3), new(4, 3, 3, 3), Conv2dArguments.Square(padding: 5), bias: true);
        yield return Row("3x3 padded more than the kernel, stride 2", new(1, 3, 3, 3), new(4, 3, 3, 3), Conv2dArguments.Square(2, 4));
        yield return Row("3x3 dilated", new(1, 8, 7, 3), new(4, 3, 3, 3), Conv2dArguments.Square(padding: 2, dilation: 2));
        yield return Row("3x3 dilated by 3, stride 2", new(1, 9, 9, 7), new(16, 3, 3, 7), Conv2dArguments.Square(2, 3, 3));
        yield return Row("uneven everything", new(2, 9, 8, 5), new(6, 3, 2, 5), new(2, 1, 0, 2, 1, 3, 1, true), bias: true, moments: true);
        yield return Row("the kernel as large as x", new(2, 3, 4, 7), new(5, 3, 4, 7), Plain, bias: true);
    }

    private static IEnumerable<OpCase> Grouped()
    {
        yield return Row("3x3 in 3 groups", new(2, 5, 5, 6), new(9, 3, 3, 2), Same with { Groups = 3 }, bias: true, moments: true);
        yield return Row("1x1 in 2 groups of 17", new(1, 3, 4, 34), new(6, 1, 1, 17), Plain with { Groups = 2 }, bias: true);
        yield return Row("3x3 in 2 groups of 16", new(1, 4, 4, 32), new(32, 3, 3, 16), Same with { Groups = 2 });
        yield return Row("3x3 depthwise, 7", new(2, 5, 6, 7), new(7, 3, 3, 1), Same with { Groups = 7 }, bias: true, moments: true);
        yield return Row("3x3 depthwise, 37", new(1, 4, 4, 37), new(37, 3, 3, 1), Same with { Groups = 37 });
        yield return Row("3x3 depthwise stride 2", new(2, 7, 6, 16), new(16, 3, 3, 1), Conv2dArguments.Square(2, 1, 1, 16), moments: true);
        yield return Row("3x3 depthwise, two filters a channel", new(1, 5, 5, 5), new(10, 3, 3, 1), Same with { Groups = 5 }, bias: true);
        yield return Row("5x5 depthwise dilated", new(1, 9, 9, 3), new(3, 5, 5, 1), Conv2dArguments.Square(padding: 4, dilation: 2, groups: 3));
    }

    private static IEnumerable<OpCase> Linears()
    {
        foreach (var (n, inputs, outputs, bias) in ((int, int, int, bool)[])
            [(1, 1, 1, true), (3, 7, 5, true), (4, 18, 17, false), (2, 31, 37, true), (1, 64, 10, true), (5, 16, 3, false), (0, 7, 5, true), (19, 48, 33, true)])
        {
            OpOperand[] operands = [OpOperand.Activation(n, 1, 1, inputs), OpOperand.Filter(outputs, 1, 1, inputs)];
            yield return new OpCase(
                $"Linear [{n}] {inputs} to {outputs}{(bias ? "" : ", no bias")}",
                bias ? [.. operands, OpOperand.Vector(outputs)] : operands,
                (tape, x) => tape.Linear(x[0], x[1], bias ? x[2] : Tensor.None),
                x => Convolved(x, new(n, 1, 1, inputs), new(outputs, 1, 1, inputs), Plain));
        }
    }

    private static OpCase Row(
        string name, Shape x, Shape weight, Conv2dArguments args, bool bias = false, bool moments = false, int probes = 120)
    {
        args = args with { Moments = moments };
        OpOperand[] operands = [OpOperand.Activation(x), OpOperand.Filter(weight.N, weight.H, weight.W, weight.C)];
        return new OpCase(
            $"Conv2d {name}",
            bias ? [.. operands, OpOperand.Vector(weight.N)] : operands,
            (tape, v) =>
            {
                var y = tape.Conv2d(v[0], v[1], bias ? v[2] : Tensor.None, args);
                var made = tape.MomentsOf(y);
                return made.IsNone ? [y] : [y, made];
            },
            v =>
            {
                var y = Convolved(v, x, weight, args);
                return moments ? [y, Moments(y, weight.N)] : [y];
            })
        {
            Evaluation = v => [Convolved(v, x, weight, args)],
            Probes = probes,
        };
    }

    internal static double[] Convolved(double[][] v, Shape x, Shape weight, Conv2dArguments a)
    {
        var height = (x.H + (2 * a.PadH) - (a.DilationH * (weight.H - 1)) - 1) / a.StrideH + 1;
        var width = (x.W + (2 * a.PadW) - (a.DilationW * (weight.W - 1)) - 1) / a.StrideW + 1;
        var to = new Shape(x.N, height, width, weight.N);
        var y = new double[to.Count];
        var at = 0;
        for (var n = 0; n < x.N; n++)
        {
            for (var p = 0; p < height; p++)
            {
                for (var q = 0; q < width; q++)
                {
                    for (var o = 0; o < weight.N; o++)
                    {
                        y[at++] = (v.Length > 2 ? v[2][o] : 0) + Dot(v, x, weight, a, n, p, q, o);
                    }
                }
            }
        }

        return y;
    }

    private static double Dot(double[][] v, Shape x, Shape weight, Conv2dArguments a, int n, int p, int q, int o)
    {
        var first = o / (weight.N / a.Groups) * weight.C;
        var sum = 0.0;
        for (var kh = 0; kh < weight.H; kh++)
        {
            for (var kw = 0; kw < weight.W; kw++)
            {
                var (h, w) = ((p * a.StrideH) + (kh * a.DilationH) - a.PadH, (q * a.StrideW) + (kw * a.DilationW) - a.PadW);
                if (h < 0 || h >= x.H || w < 0 || w >= x.W)
                {
                    continue;
                }

                for (var i = 0; i < weight.C; i++)
                {
                    sum += v[0][RowMajor.Index(x, n, h, w, first + i)] * v[1][RowMajor.Index(weight, o, kh, kw, i)];
                }
            }
        }

        return sum;
    }

    /// <summary>Mean, then biased variance, of every channel.</summary>
    private static double[] Moments(double[] y, int channels)
    {
        var moments = new double[2 * channels];
        var count = y.Length / channels;
        for (var i = 0; i < y.Length; i++)
        {
            moments[i % channels] += y[i] / count;
        }

        for (var i = 0; i < y.Length; i++)
        {
            var d = y[i] - moments[i % channels];
            moments[channels + (i % channels)] += d * d / count;
        }

        return moments;
    }
}
