namespace Recede.Engine.Ops;

/// <summary>
/// What a norm on the CPU does to a channel's x - mean: y = a * (x - mean) + b. Forward and backward form a and b by the same
/// operations from the same numbers, so that backward finds again on which side of zero a value lay.
/// </summary>
internal static unsafe class NormCoefficients
{
    /// <summary>a = scale * rstd; b = shift - a * rest, where rest is what rounding took off the mean.</summary>
    public static void Of<TScale>(float* scale, float* shift, int channel, float rest, float rstd, out float a, out float b)
        where TScale : struct, IChannelScale
    {
        double factor = TScale.Value(scale[channel]) * rstd;
        a = (float)factor;
        b = (float)((shift == null ? 0 : shift[channel]) - (factor * rest));
    }
}
