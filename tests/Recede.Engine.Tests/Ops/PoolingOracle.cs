using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>Naive pooling in double precision.</summary>
internal static class PoolingOracle
{
    public static double[] Max(double[] x, Shape shape, Pool2dArguments args) =>
        Pool(x, shape, args, double.NegativeInfinity, Math.Max, 1);

    public static double[] Average(double[] x, Shape shape, Pool2dArguments args) =>
        Pool(x, shape, args, 0, (a, b) => a + b, 1.0 / (args.KH * args.KW));

    private static double[] Pool(
        double[] x, Shape s, Pool2dArguments a, double start, Func<double, double, double> join, double share)
    {
        int outH = (s.H + (2 * a.PadH) - a.KH) / a.StrideH + 1;
        int outW = (s.W + (2 * a.PadW) - a.KW) / a.StrideW + 1;
        var y = new List<double>();
        for (int n = 0; n < s.N; n++)
        {
            for (int oh = 0; oh < outH; oh++)
            {
                for (int ow = 0; ow < outW; ow++)
                {
                    for (int c = 0; c < s.C; c++)
                    {
                        double joined = start;
                        for (int kh = 0; kh < a.KH; kh++)
                        {
                            for (int kw = 0; kw < a.KW; kw++)
                            {
                                int h = (oh * a.StrideH) - a.PadH + kh;
                                int w = (ow * a.StrideW) - a.PadW + kw;
                                if (h >= 0 && h < s.H && w >= 0 && w < s.W)
                                {
                                    joined = join(joined, x[((((n * s.H) + h) * s.W) + w) * s.C + c]);
                                }
                            }
                        }

                        y.Add(joined * share);
                    }
                }
            }
        }

        return [.. y];
    }
}
