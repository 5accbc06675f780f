using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>A <see cref="ConvolutionEpilogue"/> as the vectors of TV.Count neighbouring output channels see it.</summary>
internal readonly unsafe struct EpilogueLanes<TV>
    where TV : unmanaged, ISimd<TV>
{
    private readonly TV _bias;
    private readonly TV _valid;
    private readonly TV _floor;
    private readonly bool _streams;

    /// <param name="epilogue">What is asked for.</param>
    /// <param name="first">The first of the output channels.</param>
    /// <param name="channels">All output channels; the lanes from there on are padding.</param>
    [SkipLocalsInit]
    public EpilogueLanes(in ConvolutionEpilogue epilogue, int first, int channels)
    {
        int* valid = stackalloc int[Simd.Lanes];
        for (int lane = 0; lane < TV.Count; lane++)
        {
            valid[lane] = first + lane < channels ? -1 : 0;
        }

        _streams = epilogue.Streams;
        _valid = TV.Load((float*)valid);
        _bias = epilogue.Bias == null ? TV.Zero : TV.Load(epilogue.Bias + first);
        _floor = TV.Broadcast(epilogue.Relu ? 0f : float.NegativeInfinity);
    }

    /// <summary>Writes values of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TV values, float* y)
    {
        if (_streams)
        {
            TV.Stream(values, y);
        }
        else
        {
            TV.Store(values, y);
        }
    }

    /// <summary>The values of y from their sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Finish(TV sums) => Bounded(sums + _bias);

    /// <summary>The values of y from their sums and the residual's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TV Finish(TV sums, TV residual) => Bounded(sums + _bias + residual);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TV Bounded(TV y) => TV.And(TV.AtLeast(y, _floor), _valid);
}
