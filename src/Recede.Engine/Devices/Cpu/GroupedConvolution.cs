using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Convolution in groups of channels that are not depthwise: each group is gathered into tensors of its own, convolved without
/// groups, and its results are scattered back.
/// </summary>
internal static unsafe class GroupedConvolution
{
    private const int Lanes = Simd.Lanes;

    public static long Floats(in ConvolutionGeometry g, ConvolutionDirection direction, int workers)
    {
        ConvolutionGeometry one = Group(g);
        var workspace = new WorkspaceCursor(null);
        Take(one, ref workspace);
        return workspace.Floats + CpuConvolution.WorkspaceFloats(one, direction, workers);
    }

    public static void Forward(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* w, float* y, in ConvolutionEpilogue epilogue, float* workspace)
    {
        ConvolutionGeometry one = Group(g);
        var cursor = new WorkspaceCursor(workspace);
        Buffers b = Take(one, ref cursor);
        Clear(b.W, one.FilterFloats);
        long pixels = (long)g.HOut * g.WOut;
        if (epilogue.Residual != y)
        {
            Clear(y, g.N * (long)g.OutputBlocks * pixels * Lanes);
        }

        for (int group = 0; group < g.Groups; group++)
        {
            CopyFilters(one, w, group * one.O, b.W, 0);
            var part = new ConvolutionEpilogue { Relu = epilogue.Relu };
            if (epilogue.Bias != null)
            {
                part.Bias = b.Bias;
                Clear(b.Bias, one.OutputBlocks * Lanes);
                new Span<float>(epilogue.Bias + (group * one.O), one.O).CopyTo(new Span<float>(b.Bias, one.O));
            }

            if (epilogue.Residual != null)
            {
                part.Residual = b.Y;
                Gather(pool, epilogue.Residual, g.O, group * one.O, b.Y, one.O, g.N, pixels);
            }

            Gather(pool, x, g.C, group * one.C, b.X, one.C, g.N, (long)g.H * g.W);
            CpuConvolution.Forward(pool, one, b.X, b.W, b.Y, part, workspace + cursor.Floats);
            Scatter(pool, b.Y, one.O, y, g.O, group * one.O, g.N, pixels, accumulate: false);
        }
    }

    public static void BackwardData(
        WorkerPool pool, in ConvolutionGeometry g, float* dy, float* w, float* dx, bool accumulate, float* workspace)
    {
        ConvolutionGeometry one = Group(g);
        var cursor = new WorkspaceCursor(workspace);
        Buffers b = Take(one, ref cursor);
        Clear(b.W, one.FilterFloats);
        if (!accumulate)
        {
            Clear(dx, g.N * (long)g.InputBlocks * g.H * g.W * Lanes);
        }

        for (int group = 0; group < g.Groups; group++)
        {
            CopyFilters(one, w, group * one.O, b.W, 0);
            Gather(pool, dy, g.O, group * one.O, b.Y, one.O, g.N, (long)g.HOut * g.WOut);
            CpuConvolution.BackwardData(pool, one, b.Y, b.W, b.X, false, workspace + cursor.Floats);
            Scatter(pool, b.X, one.C, dx, g.C, group * one.C, g.N, (long)g.H * g.W, accumulate);
        }
    }

    public static void BackwardFilter(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* dy, float* dw, bool accumulate, float* workspace)
    {
        ConvolutionGeometry one = Group(g);
        var cursor = new WorkspaceCursor(workspace);
        Buffers b = Take(one, ref cursor);
        Clear(b.W, one.FilterFloats);
        if (!accumulate)
        {
            Clear(dw, g.FilterFloats);
        }

        for (int group = 0; group < g.Groups; group++)
        {
            CopyFilters(one, dw, group * one.O, b.W, 0);
            Gather(pool, x, g.C, group * one.C, b.X, one.C, g.N, (long)g.H * g.W);
            Gather(pool, dy, g.O, group * one.O, b.Y, one.O, g.N, (long)g.HOut * g.WOut);
            CpuConvolution.BackwardFilter(pool, one, b.X, b.Y, b.W, accumulate, workspace + cursor.Floats);
            CopyFilters(one, b.W, 0, dw, group * one.O);
        }
    }

    // What it writes is scratch, and read at once.
    private static ConvolutionGeometry Group(in ConvolutionGeometry g)
        => g with { C = g.C / g.Groups, O = g.O / g.Groups, Groups = 1, Streams = false };

    private static Buffers Take(in ConvolutionGeometry one, ref WorkspaceCursor cursor) => new()
    {
        X = cursor.Take((long)one.N * one.InputBlocks * one.H * one.W * Lanes),
        Y = cursor.Take((long)one.N * one.OutputBlocks * one.HOut * one.WOut * Lanes),
        W = cursor.Take(one.FilterFloats),
        Bias = cursor.Take(one.OutputBlocks * Lanes),
    };

    private static void Gather(
        WorkerPool pool, float* from, int fromChannels, int first, float* to, int toChannels, int images, long pixels)
    {
        // The padding lanes of the group's own tensor.
        Clear(to, images * (long)ConvolutionGeometry.Blocks(toChannels) * pixels * Lanes);
        var job = new CopyChannelsJob
        {
            From = from,
            FromChannels = fromChannels,
            FromFirst = first,
            To = to,
            ToChannels = toChannels,
            Count = toChannels,
            Pixels = pixels,
        };
        pool.Run(ref job, images);
    }

    private static void Scatter(
        WorkerPool pool, float* from, int fromChannels, float* to, int toChannels, int first, int images, long pixels, bool accumulate)
    {
        var job = new CopyChannelsJob
        {
            From = from,
            FromChannels = fromChannels,
            To = to,
            ToChannels = toChannels,
            ToFirst = first,
            Count = fromChannels,
            Pixels = pixels,
            Accumulate = accumulate,
        };
        pool.Run(ref job, images);
    }

    // A group's filters, between lanes of the whole and lanes of the group: the rows of one block are the same in both.
    private static void CopyFilters(in ConvolutionGeometry one, float* from, int fromFirst, float* to, int toFirst)
    {
        nint rows = (nint)one.C * one.Taps;
        for (int o = 0; o < one.O; o++)
        {
            float* source = from + ((fromFirst + o) / Lanes * rows * Lanes) + ((fromFirst + o) % Lanes);
            float* target = to + ((toFirst + o) / Lanes * rows * Lanes) + ((toFirst + o) % Lanes);
            for (nint r = 0; r < rows; r++)
            {
                target[r * Lanes] = source[r * Lanes];
            }
        }
    }

    private static void Clear(float* values, long count) => NativeMemory.Clear(values, (nuint)(count * sizeof(float)));

    private struct Buffers
    {
        public float* X;
        public float* Y;
        public float* W;
        public float* Bias;
    }
}
