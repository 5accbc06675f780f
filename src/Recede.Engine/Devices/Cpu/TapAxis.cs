namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The taps of a filter along one axis that output pixel t sums over: tap k reads the input at t * step +
/// First + k * Step, for k from 0 to Count - 1, with the filter's row or column FirstKernel + k * KernelStep.
/// </summary>
internal readonly record struct TapAxis(int Count, int First, int Step, int FirstKernel, int KernelStep)
{
    public int Min => Step < 0 ? First + ((Count - 1) * Step) : First;

    public int Max => Step < 0 ? First : First + ((Count - 1) * Step);

    public int Span => Max - Min;

    /// <summary>The taps of the convolution itself; an output pixel steps by the stride.</summary>
    public static TapAxis Forward(int kernel, int padding, int dilation) => new(kernel, -padding, dilation, 0, 1);

    /// <summary>
    /// The taps that reach the inputs phase, phase + stride, phase + 2 stride, ... from the output: input h gets
    /// dy[(h + padding - kh * dilation) / stride] where that divides, so each phase has taps of its own, evenly spaced,
    /// and steps by 1 over dy.
    /// </summary>
    public static TapAxis Backward(int phase, int kernel, int stride, int padding, int dilation)
    {
        int apart = stride / GreatestCommonDivisor(stride, dilation);
        for (int k = 0; k < Math.Min(kernel, apart); k++)
        {
            int at = phase + padding - (k * dilation);
            if (at % stride == 0)
            {
                return new((((kernel - 1) - k) / apart) + 1, at / stride, -(apart * dilation / stride), k, apart);
            }
        }

        return default;
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
