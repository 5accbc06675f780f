namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Copies a range of channels between two NCHW16c tensors of the same images and pixels, at any offset. One item is one image.
/// </summary>
internal unsafe struct CopyChannelsJob : IParallelJob
{
    private const int Lanes = Simd.Lanes;

    public float* From;
    public int FromChannels;
    public int FromFirst;
    public float* To;
    public int ToChannels;
    public int ToFirst;
    public int Count;
    public long Pixels;
    public bool Accumulate;

    public readonly void Run(int item, int worker)
    {
        long fromImage = item * (long)ConvolutionGeometry.Blocks(FromChannels) * Pixels * Lanes;
        long toImage = item * (long)ConvolutionGeometry.Blocks(ToChannels) * Pixels * Lanes;
        for (int c = 0; c < Count; c++)
        {
            float* from = From + fromImage + Offset(FromFirst + c);
            float* to = To + toImage + Offset(ToFirst + c);
            for (long p = 0; p < Pixels; p++, from += Lanes, to += Lanes)
            {
                *to = Accumulate ? *to + *from : *from;
            }
        }
    }

    private readonly long Offset(int channel) => (channel / Lanes * Pixels * Lanes) + (channel % Lanes);
}
