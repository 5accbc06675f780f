using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Tests.Devices;

/// <summary>Convolution in naive double-precision loops, and the CPU's physical layouts.</summary>
internal static unsafe class ConvolutionOracle
{
    private delegate void Visit(int y, int x, int w);

    public static double[] Forward(in ConvolutionGeometry g, float[] x, float[] w, float[]? bias)
    {
        var y = new double[g.N * g.HOut * g.WOut * g.O];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = bias == null ? 0 : bias[i % g.O];
        }

        Walk(g, (yi, xi, wi) => y[yi] += (double)x[xi] * w[wi]);
        return y;
    }

    public static double[] BackwardData(in ConvolutionGeometry g, float[] dy, float[] w)
    {
        var dx = new double[g.N * g.H * g.W * g.C];
        Walk(g, (yi, xi, wi) => dx[xi] += (double)dy[yi] * w[wi]);
        return dx;
    }

    public static double[] BackwardFilter(in ConvolutionGeometry g, float[] x, float[] dy)
    {
        var dw = new double[g.O * g.KH * g.KW * g.FilterChannels];
        Walk(g, (yi, xi, wi) => dw[wi] += (double)dy[yi] * x[xi]);
        return dw;
    }

    /// <summary>The floats of [N, H, W, C] as NCHW16c.</summary>
    public static long ActivationFloats(int n, int h, int w, int c) => (long)n * ConvolutionGeometry.Blocks(c) * h * w * 16;

    public static long ActivationIndex(int h, int w, int c, int n, int row, int column, int channel)
        => ((((((long)n * ConvolutionGeometry.Blocks(c)) + (channel / 16)) * h + row) * w) + column) * 16 + (channel % 16);

    public static long FilterIndex(in ConvolutionGeometry g, int o, int kh, int kw, int i)
    {
        int inputs = g.FilterChannels;
        int rows = Math.Min(16, inputs - (i / 16 * 16));
        return ((long)(o / 16) * inputs * g.Taps * 16)
            + ((long)(i / 16) * 16 * g.Taps * 16)
            + (((((kh * g.KW) + kw) * rows) + (i % 16)) * 16L)
            + (o % 16);
    }

    /// <summary>The place of each logical element of [N, H, W, C].</summary>
    public static long[] ActivationPlaces(int n, int h, int w, int c)
    {
        var places = new long[n * h * w * c];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = ActivationIndex(h, w, c, i / c / w / h, i / c / w % h, i / c % w, i % c);
        }

        return places;
    }

    /// <summary>The place of each logical element of [O, KH, KW, I].</summary>
    public static long[] FilterPlaces(in ConvolutionGeometry g)
    {
        int inputs = g.FilterChannels;
        var places = new long[g.O * g.Taps * inputs];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = FilterIndex(g, i / inputs / g.Taps, i / inputs / g.KW % g.KH, i / inputs % g.KW, i % inputs);
        }

        return places;
    }

    // Every product of the convolution: indices of y [N, HOut, WOut, O], x [N, H, W, C] and w [O, KH, KW, C / groups].
    private static void Walk(ConvolutionGeometry g, Visit visit)
    {
        int inputs = g.FilterChannels;
        int outputs = g.O / g.Groups;
        for (int n = 0; n < g.N; n++)
        {
            for (int p = 0; p < g.HOut; p++)
            {
                for (int q = 0; q < g.WOut; q++)
                {
                    for (int kh = 0; kh < g.KH; kh++)
                    {
                        for (int kw = 0; kw < g.KW; kw++)
                        {
                            int h = (p * g.StrideH) + (kh * g.DilationH) - g.PadH;
                            int w = (q * g.StrideW) + (kw * g.DilationW) - g.PadW;
                            if (h < 0 || h >= g.H || w < 0 || w >= g.W)
                            {
                                continue;
                            }

                            for (int o = 0; o < g.O; o++)
                            {
                                int firstInput = o / outputs * inputs;
                                for (int i = 0; i < inputs; i++)
                                {
                                    visit(
                                        ((((n * g.HOut) + p) * g.WOut) + q) * g.O + o,
                                        ((((n * g.H) + h) * g.W) + w) * g.C + firstInput + i,
                                        ((((o * g.KH) + kh) * g.KW) + kw) * inputs + i);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
