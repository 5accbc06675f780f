namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The gradient of the filters of a convolution of few output channels and stride 1, with pixels in the lanes of a vector instead of
/// channels, as <see cref="PlanarSums"/> has them forward. This value is the shape and its cut into work items, a pure function of the
/// shape; <see cref="PlanarFilterGradientJob{TV}"/> does an item.
/// </summary>
/// <remarks>
/// An item is an input block times a part of the batch. Its inputs, border included, and output gradients lie in planes of rows equally
/// long, so that a tap is an offset; the gradients' rows end in zeros, which no border adds to. Parts are added in order.
/// </remarks>
internal readonly struct PlanarFilterGradient
{
    private const int Lanes = Simd.Lanes;
    private const int ItemsWanted = 8;

    // Of the planes of 16 channels and the gradients, those of one channel and the gradients are near at a time.
    private const int PixelsAtMost = 1024;

    /// <summary>The inputs, a channel as a tap sees it each, that a call sums.</summary>
    public const int InputsPerCall = 6;

    public readonly ConvolutionGeometry Geometry;

    /// <summary>The inputs, a border around them.</summary>
    public readonly InputWindow Input;

    /// <summary>The output gradients: rows as long as the inputs', without a border above or below.</summary>
    public readonly InputWindow Gradient;

    /// <summary>The output pixels, cut into groups that are staged together; a part of the batch has some groups.</summary>
    public readonly PixelParts Groups;

    public readonly int GroupsPerPart;

    public PlanarFilterGradient(in ConvolutionGeometry g)
    {
        Geometry = g;
        Input = InputWindow.Forward(g);
        Gradient = new InputWindow(
            1, g.HOut, g.WOut, g.HOut, g.WOut, 1, 1, TapAxis.Forward(1, 0, 1), TapAxis.Forward(g.KW, 0, g.DilationW));

        int wanted = TapConvolution.Divide(ItemsWanted, g.InputBlocks);
        int rows = g.HOut;
        while (rows > 1 && (rows * g.WOut > PixelsAtMost || g.N * TapConvolution.Divide(g.HOut, rows) < wanted))
        {
            rows = (rows + 1) / 2;
        }

        int bands = TapConvolution.Divide(g.HOut, rows);
        int parts = Math.Min(wanted, g.N * bands);
        int group = bands > 1 ? 1 : Math.Clamp(PixelsAtMost / (g.HOut * g.WOut), 1, Math.Max(g.N / parts, 1));
        Groups = new PixelParts(g.N, g.HOut, g.WOut, group, rows);
        GroupsPerPart = TapConvolution.Divide(Groups.Count, parts);
    }

    public int Parts => TapConvolution.Divide(Groups.Count, GroupsPerPart);

    public int Items => Geometry.InputBlocks * Parts;

    /// <summary>The most channels of an item.</summary>
    public int InputChannels => Math.Min(Geometry.C, Lanes);

    /// <summary>A channel's plane, in floats: the staged rows, and what a vector reads beyond them; an odd number of cache lines.</summary>
    public nint Plane => (((nint)Input.WindowFloats(Groups.ImagesPerPart, Groups.RowsPerPart, 1) / Lanes / Lanes) + 2 | 1) * Lanes;

    /// <summary>Channels times taps, in whole calls of a kernel.</summary>
    public int Inputs => TapConvolution.Divide(InputChannels * Geometry.Taps, InputsPerCall) * InputsPerCall;

    /// <summary>A vector of lanes for each input and output, to be added up.</summary>
    public long SumFloats => (long)Inputs * Geometry.O * Lanes;

    /// <summary>A worker's scratch: planes of inputs and of output gradients, and the sums.</summary>
    public long ScratchFloats => ((PlanarTranspose.Whole(InputChannels) + PlanarTranspose.Whole(Geometry.O)) * Plane) + SumFloats;

    /// <summary>The gradients of the parts; with one part, dw itself is summed into.</summary>
    public long PartFloats => Parts > 1 ? Parts * Geometry.FilterFloats : 0;

    /// <summary>Whether the gradient takes fewer operations so than with channels in the lanes, and the cut if so.</summary>
    public static bool TryChoose(in ConvolutionGeometry g, out PlanarFilterGradient shape)
    {
        shape = default;
        if (g is not { StrideH: 1, StrideW: 1, C: > 0, O: > 0 and <= Lanes })
        {
            return false;
        }

        shape = new PlanarFilterGradient(g);
        int channels = TapConvolution.Divide(g.C, TileKernelDispatch.RowChannels) * TileKernelDispatch.RowChannels;
        return shape.Operations() < PlanarSums.DirectOperations(shape.Input, channels, g.O);
    }

    /// <summary>The vector operations of a pixel, counted as <see cref="PlanarSums"/> does; the output gradients are laid out for each input block.</summary>
    public double Operations()
    {
        double blocks = Geometry.InputBlocks;
        double pixels = (double)Geometry.HOut * Geometry.WOut;
        double summed = Input.WindowColumns * (double)(Groups.ImagesPerPart > 1 ? Input.WindowRows(Geometry.HOut) : Geometry.HOut);
        double products = (double)TapConvolution.Divide(Geometry.C * Geometry.Taps, InputsPerCall) * InputsPerCall * Geometry.O / Lanes;
        double channels = PlanarTranspose.Whole(Geometry.C) + (blocks * PlanarTranspose.Whole(Geometry.O));
        return (PlanarSums.PixelOperations * blocks) + (PlanarSums.ChannelOperations * channels) + (products * summed / pixels);
    }

    public unsafe long Floats(int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(Inputs);
        workspace.Take(PartFloats);
        workspace.Take(ScratchFloats * workers);
        return workspace.Floats;
    }

    public unsafe void Run(WorkerPool pool, float* x, float* dy, float* dw, bool accumulate, float* workspace)
    {
        var cursor = new WorkspaceCursor(workspace);
        int* offsets = (int*)cursor.Take(Inputs);
        FillOffsets(offsets);
        float* parts = cursor.Take(PartFloats);
        float* scratch = cursor.Take(ScratchFloats * pool.Threads);
        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<V512>(pool, x, dy, dw, accumulate, offsets, parts, scratch);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<V256>(pool, x, dy, dw, accumulate, offsets, parts, scratch);
        }
        else
        {
            Run<V1>(pool, x, dy, dw, accumulate, offsets, parts, scratch);
        }
    }

    private unsafe void Run<TV>(WorkerPool pool, float* x, float* dy, float* dw, bool accumulate, int* offsets, float* parts, float* scratch)
        where TV : unmanaged, ISimd<TV>
    {
        bool inPlace = Parts == 1;
        var job = new PlanarFilterGradientJob<TV>
        {
            Shape = this,
            X = x,
            Dy = dy,
            Dw = inPlace ? dw : parts,
            Accumulate = inPlace && accumulate,
            Offsets = offsets,
            Scratch = scratch,
        };
        pool.Run(ref job, Items);
        if (!inPlace)
        {
            SumParts.Run<TV>(pool, parts, Parts, Geometry.FilterFloats, dw, accumulate);
        }
    }

    // Of each channel each tap; the last call's rest repeats the first, and is not read afterwards.
    private unsafe void FillOffsets(int* offsets)
    {
        int taps = Geometry.Taps;
        Input.FillTaps(offsets, Input.WindowColumns, 1);
        for (int i = taps; i < Inputs; i++)
        {
            offsets[i] = i < InputChannels * taps ? checked((int)(offsets[i % taps] + (i / taps * Plane))) : 0;
        }
    }
}
