using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cpu.Winograd;

namespace Recede.Engine.Tests.Devices;

/// <summary>One convolution on the CPU with random values: all directions, from logical to physical layout and back.</summary>
internal sealed unsafe class ConvolutionRun : IDisposable
{
    private ConvolutionGeometry _g;
    private readonly long[] _xPlaces;
    private readonly long[] _yPlaces;
    private readonly long[] _wPlaces;
    private readonly long[] _oPlaces;
    private readonly NativeFloats _x;
    private readonly NativeFloats _w;
    private readonly NativeFloats _bias;
    private readonly NativeFloats _dyPhysical;

    public ConvolutionRun(in ConvolutionGeometry g, int seed = 1, float shift = 0f, bool infinite = false)
    {
        _g = g;
        _xPlaces = ConvolutionOracle.ActivationPlaces(g.N, g.H, g.W, g.C);
        _yPlaces = ConvolutionOracle.ActivationPlaces(g.N, g.HOut, g.WOut, g.O);
        _wPlaces = ConvolutionOracle.FilterPlaces(g);
        _oPlaces = ConvolutionOracle.ActivationPlaces(1, 1, 1, g.O);
        var random = new Random(seed);
        X = Values(random, _xPlaces.Length, shift);
        W = Values(random, _wPlaces.Length, shift);
        Bias = Values(random, g.O, shift);
        Dy = Values(random, _yPlaces.Length, 0);
        Dx0 = Values(random, _xPlaces.Length, 0);
        Dw0 = Values(random, _wPlaces.Length, 0);
        Db0 = Values(random, g.O, 0);
        if (infinite)
        {
            X[X.Length / 2] = float.PositiveInfinity;
            Dy[Dy.Length / 2] = float.PositiveInfinity;
        }

        _x = Physical(X, _xPlaces, XFloats);
        _w = Physical(W, _wPlaces, g.FilterFloats);
        _bias = Physical(Bias, _oPlaces, OFloats);
        _dyPhysical = Physical(Dy, _yPlaces, YFloats);
    }

    /// <summary>How the sums of 3x3 filters are formed.</summary>
    public WinogradTiles Tiles
    {
        set => _g = _g with { Tiles = value };
    }

    /// <summary>Results are written past the caches.</summary>
    public bool Streams
    {
        set => _g = _g with { Streams = value };
    }

    public float[] X { get; }

    public float[] W { get; }

    public float[] Bias { get; }

    public float[] Dy { get; }

    /// <summary>What stands in the gradients before one is added.</summary>
    public float[] Dx0 { get; }

    public float[] Dw0 { get; }

    public float[] Db0 { get; }

    private long XFloats => ConvolutionOracle.ActivationFloats(_g.N, _g.H, _g.W, _g.C);

    private long YFloats => ConvolutionOracle.ActivationFloats(_g.N, _g.HOut, _g.WOut, _g.O);

    private long OFloats => ConvolutionOracle.ActivationFloats(1, 1, 1, _g.O);

    public float[] Forward(WorkerPool pool, bool withBias, out float[] mean, out float[] variance)
    {
        using var y = new NativeFloats(YFloats);
        using var moments = new NativeFloats(2 * OFloats);
        using NativeFloats workspace = Workspace(ConvolutionDirection.Forward, pool);
        var epilogue = new ConvolutionEpilogue { Bias = withBias ? _bias.Pointer : null, Moments = moments.Pointer };
        CpuConvolution.Forward(pool, _g, _x.Pointer, _w.Pointer, y.Pointer, epilogue, workspace.Pointer);
        workspace.AssertGuards("forward workspace");
        using var plain = new NativeFloats(YFloats);
        epilogue.Moments = null;
        CpuConvolution.Forward(pool, _g, _x.Pointer, _w.Pointer, plain.Pointer, epilogue, workspace.Pointer);
        Assert.That(plain.Span.SequenceEqual(y.Span), Is.True, "y is the same with and without moments");
        using var means = new NativeFloats(OFloats);
        using var variances = new NativeFloats(OFloats);
        moments.Span[..(int)OFloats].CopyTo(means.Span);
        moments.Span[(int)OFloats..].CopyTo(variances.Span);
        moments.AssertGuards("moments");
        mean = Logical(means, _oPlaces, "mean");
        variance = Logical(variances, _oPlaces, "variance");
        return Logical(y, _yPlaces, "y");
    }

    /// <summary>The forward pass with a residual, which is <see cref="Dy"/>, beside y or in its place.</summary>
    public float[] Fused(WorkerPool pool, bool withBias, bool withResidual, bool inPlace, bool relu)
    {
        using NativeFloats y = inPlace ? Physical(Dy, _yPlaces, YFloats) : new NativeFloats(YFloats);
        using NativeFloats workspace = Workspace(ConvolutionDirection.Forward, pool);
        var epilogue = new ConvolutionEpilogue
        {
            Bias = withBias ? _bias.Pointer : null,
            Residual = inPlace ? y.Pointer : withResidual ? _dyPhysical.Pointer : null,
            Relu = relu,
        };
        CpuConvolution.Forward(pool, _g, _x.Pointer, _w.Pointer, y.Pointer, epilogue, workspace.Pointer);
        workspace.AssertGuards("forward workspace");
        return Logical(y, _yPlaces, "y");
    }

    public float[] BackwardData(WorkerPool pool, bool accumulate)
    {
        using NativeFloats dx = accumulate ? Physical(Dx0, _xPlaces, XFloats) : new NativeFloats(XFloats);
        using NativeFloats workspace = Workspace(ConvolutionDirection.BackwardData, pool);
        CpuConvolution.BackwardData(pool, _g, _dyPhysical.Pointer, _w.Pointer, dx.Pointer, accumulate, workspace.Pointer);
        workspace.AssertGuards("data gradient workspace");
        return Logical(dx, _xPlaces, "dx");
    }

    public float[] BackwardFilter(WorkerPool pool, bool accumulate)
    {
        using NativeFloats dw = accumulate ? Physical(Dw0, _wPlaces, _g.FilterFloats) : new NativeFloats(_g.FilterFloats);
        using NativeFloats workspace = Workspace(ConvolutionDirection.BackwardFilter, pool);
        CpuConvolution.BackwardFilter(pool, _g, _x.Pointer, _dyPhysical.Pointer, dw.Pointer, accumulate, workspace.Pointer);
        workspace.AssertGuards("filter gradient workspace");
        return Logical(dw, _wPlaces, "dw");
    }

    public float[] BackwardBias(WorkerPool pool, bool accumulate)
    {
        using NativeFloats db = accumulate ? Physical(Db0, _oPlaces, OFloats) : new NativeFloats(OFloats);
        using NativeFloats workspace = Workspace(ConvolutionDirection.BackwardBias, pool);
        CpuConvolution.BackwardBias(pool, _g, _dyPhysical.Pointer, db.Pointer, accumulate, workspace.Pointer);
        workspace.AssertGuards("bias gradient workspace");
        return Logical(db, _oPlaces, "db");
    }

    public void Dispose()
    {
        _x.Dispose();
        _w.Dispose();
        _bias.Dispose();
        _dyPhysical.Dispose();
    }

    // Full of NaN: nothing may be read that was not written.
    private NativeFloats Workspace(ConvolutionDirection direction, WorkerPool pool)
        => new(CpuConvolution.WorkspaceFloats(_g, direction, pool.Threads));

    private static float[] Values(Random random, int length, float shift)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (float)((random.NextDouble() * 2) - 1) + shift;
        }

        return values;
    }

    private static NativeFloats Physical(float[] values, long[] places, long length)
    {
        var physical = new NativeFloats(length, 0f);
        for (int i = 0; i < values.Length; i++)
        {
            physical.Pointer[places[i]] = values[i];
        }

        return physical;
    }

    private static float[] Logical(NativeFloats physical, long[] places, string what)
    {
        physical.AssertGuards(what);
        var values = new float[places.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = physical.Pointer[places[i]];
            physical.Pointer[places[i]] = 0f;
        }

        int bad = physical.Span.IndexOfAnyExcept(0f);
        Assert.That(bad, Is.EqualTo(-1), $"{what}: a padding lane is not zero");
        return values;
    }
}
