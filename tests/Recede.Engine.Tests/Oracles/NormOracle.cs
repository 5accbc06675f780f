using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Oracles;

/// <summary>
/// Plain and bounded BatchNorm, naive, in double precision, over row-major [N, H, W, C]. A plain norm has a gamma and a
/// beta; a bounded one multiplies by sigmoid(w) and has no beta (null).
/// </summary>
internal sealed record NormOracle(Shape Shape, double Epsilon, bool Relu)
{
    private long Values => (long)Shape.N * Shape.H * Shape.W;

    public static double Sigmoid(double z) => z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));

    public static double[] Sigmoids(double[] w) => Array.ConvertAll(w, Sigmoid);

    /// <summary>Mean and biased variance of each channel.</summary>
    public (double[] Mean, double[] Variance) Moments(double[] x)
    {
        var mean = new double[Shape.C];
        var variance = new double[Shape.C];
        for (var i = 0; i < x.Length; i++)
        {
            mean[i % Shape.C] += x[i] / Values;
        }

        for (var i = 0; i < x.Length; i++)
        {
            variance[i % Shape.C] += (x[i] - mean[i % Shape.C]) * (x[i] - mean[i % Shape.C]) / Values;
        }

        return (mean, variance);
    }

    /// <summary>y = [relu](scale * (x - mean) / sqrt(variance + epsilon) [+ beta] [+ residual]).</summary>
    public double[] Apply(double[] x, double[] scale, double[]? beta, double[] mean, double[] variance, double[]? residual)
    {
        var y = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var c = i % Shape.C;
            y[i] = (scale[c] * (x[i] - mean[c]) / Math.Sqrt(variance[c] + Epsilon)) + (beta?[c] ?? 0) + (residual?[i] ?? 0);
            y[i] = Relu ? Math.Max(y[i], 0) : y[i];
        }

        return y;
    }

    /// <summary>With the batch's own moments.</summary>
    public double[] Train(double[] x, double[] scale, double[]? beta, double[]? residual)
    {
        var (mean, variance) = Moments(x);
        return Apply(x, scale, beta, mean, variance, residual);
    }

    /// <summary>Running statistics after the batch: the variance follows the unbiased one, of a single value the biased.</summary>
    public (double[] Mean, double[] Variance) Follow(double[] x, double[] runningMean, double[] runningVariance, double momentum)
    {
        var (mean, variance) = Moments(x);
        var unbiased = Values > 1 ? Values / (Values - 1.0) : 1;
        for (var c = 0; c < Shape.C; c++)
        {
            mean[c] = ((1 - momentum) * runningMean[c]) + (momentum * mean[c]);
            variance[c] = ((1 - momentum) * runningVariance[c]) + (momentum * unbiased * variance[c]);
        }

        return (mean, variance);
    }

    /// <summary>
    /// The closed forms of the gradients, for a dy that the ReLU's mask is already in: with xhat the normalised input,
    /// dot = sum(dy * xhat) and dx = scale * rstd / M * (M * dy - sum(dy) - xhat * dot).
    /// </summary>
    public (double[] Dx, double[] Dot) Backward(double[] x, double[] scale, double[] dy)
    {
        var (mean, variance) = Moments(x);
        double[] sum = new double[Shape.C], dot = new double[Shape.C], dx = new double[x.Length];
        double Hat(int i) => (x[i] - mean[i % Shape.C]) / Math.Sqrt(variance[i % Shape.C] + Epsilon);
        for (var i = 0; i < x.Length; i++)
        {
            sum[i % Shape.C] += dy[i];
            dot[i % Shape.C] += dy[i] * Hat(i);
        }

        for (var i = 0; i < x.Length; i++)
        {
            var c = i % Shape.C;
            dx[i] = scale[c] / Math.Sqrt(variance[c] + Epsilon) / Values * ((Values * dy[i]) - sum[c] - (Hat(i) * dot[c]));
        }

        return (dx, dot);
    }
}
