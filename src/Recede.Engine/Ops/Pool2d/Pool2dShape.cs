using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>The shape rule that max and average pooling share.</summary>
internal static class Pool2dShape
{
    public static Shape Infer(in OpShapes inputs, in Pool2dArguments args)
    {
        var x = inputs[0];
        inputs.RequireActivation(0, "x");
        return x with
        {
            H = Extent(inputs, "rows", x, x.H, args.KH, args.StrideH, args.PadH),
            W = Extent(inputs, "columns", x, x.W, args.KW, args.StrideW, args.PadW),
        };
    }

    private static int Extent(in OpShapes inputs, string axis, Shape x, int size, int kernel, int stride, int padding)
    {
        if (kernel < 1 || stride < 1)
        {
            throw inputs.Error($"kernel and stride must be 1 or more, got kernel {kernel} and stride {stride} along {axis}.");
        }

        // More padding than half a window could leave a window without a single value.
        if (padding < 0 || padding > kernel / 2)
        {
            throw inputs.Error($"padding must be 0 to half the kernel ({kernel / 2}), got {padding} along {axis}.");
        }

        var steps = size + 2L * padding - kernel;
        if (size < 1 || steps < 0)
        {
            throw inputs.Error($"a window of {kernel} {axis} does not fit into x {x} with padding {padding}.");
        }

        return (int)(steps / stride) + 1;
    }
}
