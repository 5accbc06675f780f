using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Oracles;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>One norm, forward and backward, launched as the op launches it and compared with <see cref="NormOracle"/>.</summary>
internal sealed record NormKernelCase(
    Shape Shape,
    ElementType Type,
    bool Bounded,
    bool Relu = false,
    bool Residual = false,
    bool ResidualIsX = false,
    bool GivenMoments = false,
    bool Accumulate = false,
    bool Inference = false)
{
    private const float Epsilon = 1e-5f;
    private const float Momentum = 0.1f;

    private readonly long _pixels = (long)Shape.N * Shape.H * Shape.W;
    private readonly ChannelSlices _cut = new(Shape, Type);
    private readonly NormOracle _oracle = new(Shape, Epsilon, Relu);
    private readonly double[] _runningMean = KernelRows.Rounded(ElementType.Float32, KernelRows.Normal(Shape.C, 5));

    private readonly double[] _runningVariance =
        KernelRows.Rounded(ElementType.Float32, Array.ConvertAll(KernelRows.Normal(Shape.C, 6), v => 0.1 + Math.Abs(v)));

    private readonly double[] _shift = KernelRows.Rounded(ElementType.Float32, KernelRows.Normal(Shape.C, 4));

    /// <summary>Mean of x.</summary>
    public double Offset { get; init; } = 0.5;

    /// <summary>Parameters of the scale.</summary>
    public double[] Scale { get; init; } = KernelRows.Rounded(ElementType.Float32, KernelRows.Normal(Shape.C, 3, mean: 0.5));

    private double[] X => Values(1, Offset);

    // bfloat16 rounds what is stored by up to half a neighbour's distance; twice that where two terms are stored one by one.
    private double Relative => Type == ElementType.BFloat16 ? BFloat16.Epsilon : 1e-5;

    private double[] Scales => Bounded ? NormOracle.Sigmoids(Scale) : Scale;

    private double[]? Shift => Bounded ? null : _shift;

    public void Check(KernelRun run, List<double> results)
    {
        var x = run.UploadRows(Type, X, Shape.C);
        var y = run.AllocateRows(Type, _pixels, Shape.C);
        var saved = Forward(run, x, y, results);
        if (!Inference)
        {
            Backward(run, x, y, saved, results);
        }
    }

    /// <summary>The scale's gradient, and the sum of dy * xhat that it is formed from.</summary>
    public (double[] Gradient, double[] Dot) ScaleGradient(KernelRun run)
    {
        var x = run.UploadRows(Type, X, Shape.C);
        var y = run.AllocateRows(Type, _pixels, Shape.C);
        var saved = Forward(run, x, y, []);
        var merge = Sums(run, Reduction(run, x, y, run.UploadRows(Type, Values(9), Shape.C), saved));
        return (run.DownloadVector(merge.DScale, Shape.C), _oracle.Backward(X, Scales, Values(9)).Dot);
    }

    private double[] Values(int stream, double mean = 0) =>
        KernelRows.Rounded(Type, KernelRows.Normal(Shape.Count, stream, mean));

    private nint Forward(KernelRun run, nint x, nint y, List<double> results)
    {
        var moments = _oracle.Moments(X);
        nint runningMean = run.UploadVector(_runningMean), runningVariance = run.UploadVector(_runningVariance);
        var saved = Inference ? 0 : run.AllocateRows(ElementType.Float32, 3, Shape.C);
        var vector = _cut.PaddedChannels * sizeof(float);
        var args = new NormKernels.NormForwardArguments
        {
            X = x,
            Residual = Residual ? run.UploadRows(Type, Values(2), Shape.C) : 0,
            Y = y,
            Mean = saved,
            Rest = saved + vector,
            Rstd = saved + (2 * vector),
            Scale = run.UploadVector(Scale),
            Shift = Shift is null ? 0 : run.UploadVector(Shift),
            Pixels = _pixels,
            Channels = Shape.C,
            Padded = _cut.PaddedChannels,
            SlicePixels = _cut.SlicePixels,
            Bounded = Bounded ? 1 : 0,
            Relu = Relu ? 1 : 0,
            Epsilon = Epsilon,
            Momentum = Momentum,
        };
        if (Inference)
        {
            moments = (_runningMean, _runningVariance);
            args.Mean = runningMean;
            args.Variance = runningVariance;
            args.Rest = args.Rstd = 0;
        }
        else if (GivenMoments)
        {
            args.Mean = run.UploadRows(ElementType.Float32, [.. moments.Mean, .. moments.Variance], Shape.C);
            args.Variance = args.Mean + vector;
            args.Rest = args.Rstd = 0;
            (args.Saved, args.RunningMean, args.RunningVariance) = (saved, runningMean, runningVariance);
        }
        else
        {
            Moments(run, x, saved, runningMean, runningVariance, moments);
        }

        run.Launch("batch_norm_forward" + KernelRows.Suffix(Type), _cut.OverPixels, args);
        var residual = Residual ? Values(2) : null;
        var expected = _oracle.Apply(X, Scales, Shift, moments.Mean, moments.Variance, residual);
        var actual = run.DownloadRows(Type, y, _pixels, Shape.C);
        TensorAssert.AreClose(actual, expected, Relative, 1e-6, "y");
        results.AddRange(actual);
        if (!Inference)
        {
            var (mean, variance) = _oracle.Follow(X, _runningMean, _runningVariance, Momentum);
            TensorAssert.AreClose(run.DownloadVector(runningMean, Shape.C), mean, 1e-6, 1e-6, "running mean");
            TensorAssert.AreClose(run.DownloadVector(runningVariance, Shape.C), variance, 1e-5, 1e-6, "running variance");
        }

        return saved;
    }

    private void Moments(
        KernelRun run, nint x, nint saved, nint runningMean, nint runningVariance, (double[] Mean, double[] Variance) expected)
    {
        var partials = run.Allocate<float>(_cut.PartialBytes(3) / sizeof(float));
        run.Launch("batch_norm_moments" + KernelRows.Suffix(Type), _cut.OverPixels, new NormKernels.NormMomentsArguments
        {
            X = x,
            Partials = partials,
            Pixels = _pixels,
            Padded = _cut.PaddedChannels,
            SlicePixels = _cut.SlicePixels,
        });
        var moments = run.AllocateRows(ElementType.Float32, 2, Shape.C);
        run.Launch("batch_norm_merge_moments", _cut.OverChannels, new NormKernels.NormMergeMomentsArguments
        {
            Partials = partials,
            Moments = moments,
            Saved = saved,
            RunningMean = runningMean,
            RunningVariance = runningVariance,
            Pixels = _pixels,
            Channels = Shape.C,
            Padded = _cut.PaddedChannels,
            Slices = _cut.Count,
            SlicePixels = _cut.SlicePixels,
            Epsilon = Epsilon,
            Momentum = Momentum,
        });
        var given = run.DownloadRows(ElementType.Float32, moments, 2, Shape.C);
        TensorAssert.AreClose(given.AsSpan(0, Shape.C), expected.Mean, 1e-7, 1e-6, "mean");
        TensorAssert.AreClose(given.AsSpan(Shape.C), expected.Variance, 1e-5, 0, "variance");
        var kept = run.DownloadRows(ElementType.Float32, saved, 3, Shape.C);
        for (var c = 0; c < Shape.C; c++)
        {
            // Mean and its rest together are the mean to more digits than a float has.
            var deviation = Math.Sqrt(expected.Variance[c]);
            Assert.That(kept[c] + kept[Shape.C + c], Is.EqualTo(expected.Mean[c]).Within((1e-6 * deviation) + 1e-9), "mean and rest");
        }
    }

    private NormKernels.NormReduceArguments Reduction(KernelRun run, nint x, nint y, nint dy, nint saved)
    {
        var mask = !Relu ? NormMask.None : Residual ? NormMask.FromY : NormMask.FromX;
        return new NormKernels.NormReduceArguments
        {
            X = x,
            Dy = dy,
            Y = mask == NormMask.FromY ? y : 0,
            Saved = saved,
            Scale = run.UploadVector(Scale),
            Shift = Shift is null ? 0 : run.UploadVector(Shift),
            Partials = run.Allocate<float>(_cut.PartialBytes(2) / sizeof(float)),
            Pixels = _pixels,
            Channels = Shape.C,
            Padded = _cut.PaddedChannels,
            SlicePixels = _cut.SlicePixels,
            Bounded = Bounded ? 1 : 0,
            Mask = (int)mask,
        };
    }

    private NormKernels.NormMergeGradientsArguments Sums(KernelRun run, in NormKernels.NormReduceArguments reduce)
    {
        run.Launch("batch_norm_reduce" + KernelRows.Suffix(Type), _cut.OverPixels, reduce);
        var start = Accumulate ? Enumerable.Repeat(2.0, Shape.C).ToArray() : null;
        var merge = new NormKernels.NormMergeGradientsArguments
        {
            Partials = reduce.Partials,
            Saved = reduce.Saved,
            Scale = reduce.Scale,
            Coefficients = run.AllocateRows(ElementType.Float32, 2, Shape.C),
            DScale = start is null ? run.AllocateRows(ElementType.Float32, 1, Shape.C) : run.UploadVector(start),
            DShift = Bounded ? 0 : start is null ? run.AllocateRows(ElementType.Float32, 1, Shape.C) : run.UploadVector(start),
            Pixels = _pixels,
            Channels = Shape.C,
            Padded = _cut.PaddedChannels,
            Slices = _cut.Count,
            Bounded = Bounded ? 1 : 0,
            AddsToDScale = Accumulate ? 1 : 0,
            AddsToDShift = Accumulate ? 1 : 0,
        };
        run.Launch("batch_norm_merge_gradients", _cut.OverChannels, merge);
        return merge;
    }

    private void Backward(KernelRun run, nint x, nint y, nint saved, List<double> results)
    {
        var passed = run.DownloadRows(Type, y, _pixels, Shape.C);
        var dy = Values(9);
        var reduce = Reduction(run, x, y, run.UploadRows(Type, dy, Shape.C), saved);
        var merge = Sums(run, reduce);
        var start = Enumerable.Repeat(0.5, dy.Length).ToArray();
        var dx = Accumulate ? run.UploadRows(Type, start, Shape.C) : run.AllocateRows(Type, _pixels, Shape.C);
        var dResidual = !Residual ? 0
            : ResidualIsX ? dx
            : Accumulate ? run.UploadRows(Type, start, Shape.C) : run.AllocateRows(Type, _pixels, Shape.C);
        run.Launch("batch_norm_backward" + KernelRows.Suffix(Type), _cut.OverPixels, new NormKernels.NormBackwardArguments
        {
            X = x,
            Dy = reduce.Dy,
            Y = reduce.Y,
            Dx = dx,
            DResidual = dResidual,
            Saved = saved,
            Scale = reduce.Scale,
            Shift = reduce.Shift,
            Coefficients = merge.Coefficients,
            Pixels = _pixels,
            Channels = Shape.C,
            Padded = _cut.PaddedChannels,
            SlicePixels = _cut.SlicePixels,
            Bounded = reduce.Bounded,
            Mask = reduce.Mask,
            AddsToDx = Accumulate ? 1 : 0,
            AddsToDResidual = Accumulate || ResidualIsX ? 1 : 0,
        });

        var g = dy.Select((d, i) => !Relu || passed[i] > 0 ? d : 0).ToArray();
        var (expected, dot) = _oracle.Backward(X, Scales, g);
        var added = Accumulate ? 0.5 : 0;
        var actual = run.DownloadRows(Type, dx, _pixels, Shape.C);
        // Of few pixels little is left of g: what counts is what it was scaled by.
        var (_, variance) = _oracle.Moments(X);
        var largest = Scales.Select((s, c) => Math.Abs(s) / Math.Sqrt(variance[c] + Epsilon)).Max();
        TensorAssert.AreClose(
            actual, expected.Select((d, i) => d + added + (ResidualIsX ? g[i] : 0)).ToArray(), Relative, 1e-5 * largest, "dx");
        results.AddRange(actual);
        if (Residual && !ResidualIsX)
        {
            TensorAssert.AreClose(
                run.DownloadRows(Type, dResidual, _pixels, Shape.C), g.Select(d => d + added).ToArray(), Relative, 0, "dresidual");
        }

        var slopes = Scales.Select(s => Bounded ? s * (1 - s) : 1).ToArray();
        var before = Accumulate ? 2 : 0;
        var absolute = 1e-6 * _pixels;
        TensorAssert.AreClose(
            run.DownloadVector(merge.DScale, Shape.C), dot.Select((d, c) => (slopes[c] * d) + before).ToArray(), 1e-5, absolute, "dscale");
        if (!Bounded)
        {
            var sums = new double[Shape.C];
            for (var i = 0; i < g.Length; i++)
            {
                sums[i % Shape.C] += g[i];
            }

            TensorAssert.AreClose(run.DownloadVector(merge.DShift, Shape.C), sums.Select(s => s + before).ToArray(), 1e-5, absolute, "dshift");
        }
    }
}
