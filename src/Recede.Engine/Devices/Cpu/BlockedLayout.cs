namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The CPU's physical layouts. Activations: NCHW16c, channels in blocks of 16. Filters [O, KH, KW, I]: output channels in
/// blocks of 16 lanes, input channels unpadded, so that a first layer of 3 channels or a pruned width wastes nothing.
/// </summary>
internal static class BlockedLayout
{
    public const int Lanes = 16;

    public static int Blocks(int channels) => (channels + Lanes - 1) / Lanes;

    public static int Padded(int channels) => Blocks(channels) * Lanes;

    public static long ActivationCount(Shape s) => (long)s.N * Blocks(s.C) * s.H * s.W * Lanes;

    public static long ActivationIndex(Shape s, int n, int h, int w, int c) =>
        ((((long)n * Blocks(s.C) + c / Lanes) * s.H + h) * s.W + w) * Lanes + c % Lanes;

    public static long FilterCount(Shape s) => (long)Blocks(s.N) * s.H * s.W * s.C * Lanes;

    public static long FilterIndex(Shape s, int o, int kh, int kw, int i)
    {
        long taps = (long)s.H * s.W;
        var block = i / Lanes;
        var rows = Math.Min(Lanes, s.C - block * Lanes);
        return o / Lanes * (s.C * taps * Lanes) + block * Lanes * taps * Lanes
            + (((long)kh * s.W + kw) * rows + i % Lanes) * Lanes + o % Lanes;
    }

    public static long Count(Shape s, TensorLayout layout) => layout switch
    {
        TensorLayout.Activation => ActivationCount(s),
        TensorLayout.Filter => FilterCount(s),
        _ => s.Count,
    };

    public static long Index(Shape s, TensorLayout layout, int n, int h, int w, int c) => layout switch
    {
        TensorLayout.Activation => ActivationIndex(s, n, h, w, c),
        TensorLayout.Filter => FilterIndex(s, n, h, w, c),
        _ => (((long)n * s.H + h) * s.W + w) * s.C + c,
    };
}
