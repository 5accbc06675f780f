using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>
/// The transformed filters that the items of a <see cref="WinogradConvolution"/> share; an item is one output block of one chunk of inputs.
/// </summary>
internal unsafe struct WinogradFilterJob<TT, TV, TOps> : IParallelJob
    where TT : struct, IWinogradTransform
    where TV : unmanaged
    where TOps : struct, IVectorOps<TV>
{
    private const int Lanes = Simd.Lanes;

    public WinogradConvolution Shape;

    /// <summary>[output block][input block][tap][input channel][16].</summary>
    public float* Filters;

    /// <summary>The taps are in reverse order, as the data gradient reads them.</summary>
    public bool Reverse;

    /// <summary>[pass][chunk][plane][input channel][output block of the pass][16].</summary>
    public float* Shared;

    public readonly void Run(int item, int worker)
    {
        int block = item / Shape.Chunks;
        int chunk = item % Shape.Chunks;
        int pass = block / Shape.BlocksPerPass;
        float* to = Shared + (((pass * Shape.Chunks) + chunk) * Shape.FilterFloats);
        Transform(Shape, Filters, Reverse, block, chunk, to + ((block % Shape.BlocksPerPass) * Lanes));
    }

    /// <summary>Of one output block and one chunk of inputs: plane by plane, channel by channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Transform(in WinogradConvolution shape, float* filters, bool reverse, int outputBlock, int chunk, float* to)
    {
        int firstChannel = chunk * (int)shape.ChunkLanes;
        int channels = Math.Min((int)shape.ChunkLanes, shape.InputChannels - firstChannel);
        int size = TT.Outputs + 2;
        float* half = stackalloc float[(size * 3 * Lanes) + Lanes];
        half = (float*)(((nint)half + 63) & ~63);
        nint plane = shape.FilterPlane;
        float* filter = filters + (((nint)outputBlock * shape.InputChannels) + firstChannel) * 9 * Lanes;
        for (int first = 0; first < channels; first += Lanes)
        {
            int count = Math.Min(Lanes, channels - first);
            nint tap = (nint)count * Lanes;
            nint step = reverse ? -tap : tap;
            float* start = filter + ((nint)first * 9 * Lanes) + (reverse ? 8 * tap : 0);
            for (int c = 0; c < count; c++)
            {
                for (int lane = 0; lane < Lanes; lane += sizeof(TV) / sizeof(float))
                {
                    float* from = start + (c * Lanes) + lane;
                    for (int k = 0; k < 3; k++)
                    {
                        TT.Filter<TV, TOps>(from + (k * step), 3 * step, half + (k * Lanes), 3 * Lanes);
                    }

                    for (int r = 0; r < size; r++)
                    {
                        TT.Filter<TV, TOps>(half + (r * 3 * Lanes), Lanes, to + lane + (r * size * plane), plane);
                    }
                }

                to += shape.PassLanes;
            }
        }
    }
}
