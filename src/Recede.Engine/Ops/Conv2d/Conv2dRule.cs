using System.Globalization;
using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="Conv2dOp"/>: operands x, weight, bias, residual; outputs y and, where asked for, its moments.</summary>
internal sealed partial class Conv2dRule : OpRule<Conv2dArguments>
{
    private const int Residual = 3;

    private Conv2dRule()
        : base("Conv2d")
    {
    }

    public static Conv2dRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in Conv2dArguments args, Span<OutputSpec> outputs)
    {
        inputs.RequireActivation(0, "x");
        inputs.RequireFilter(1, "weight");
        CheckArguments(inputs, args);
        var (x, weight) = (inputs[0], inputs[1]);
        if ((long)weight.C * args.Groups != x.C)
        {
            var groups = args.Groups == 1 ? "" : Text($" in {args.Groups} groups");
            throw inputs.Error(Text($"weight {weight}{groups} reads {(long)weight.C * args.Groups} channels, x {x} has {x.C}"));
        }

        if (weight.N % args.Groups != 0)
        {
            throw inputs.Error(Text($"weight {weight} has {weight.N} filters, which {args.Groups} groups do not divide"));
        }

        if (inputs.Has(2))
        {
            inputs.RequireVector(2, "bias", weight.N, "weight", weight);
        }

        var height = Extent(x.H, weight.H, args.StrideH, args.PadH, args.DilationH);
        var width = Extent(x.W, weight.W, args.StrideW, args.PadW, args.DilationW);
        if (height < 1 || width < 1)
        {
            throw inputs.Error(Text(
                $"weight {weight} with dilation {args.DilationH}x{args.DilationW} does not fit into x {x} with padding {args.PadH}x{args.PadW}"));
        }

        outputs[0] = new OutputSpec(new Shape(x.N, height, width, weight.N), inputs.Type(0));
        CheckEpilogue(inputs, args, outputs[0].Shape);
        if (!args.Moments || !inputs.Training)
        {
            return 1;
        }

        outputs[1] = new OutputSpec(new Shape(2, 1, 1, weight.N), Differentiable: false);
        return 2;
    }

    public override SavedValues Saves(in Conv2dArguments args) => new(3, 0);

    private static void CheckEpilogue(in OpShapes inputs, in Conv2dArguments args, Shape y)
    {
        if (inputs.Training && (args.Relu || inputs.Has(Residual)))
        {
            throw inputs.Error("adds a residual and rectifies in inference only; in training the norm that follows does");
        }

        if (inputs.Has(Residual))
        {
            inputs.RequireActivation(Residual, "residual");
            inputs.RequireSameType(Residual, "residual", 0, "x");
            if (inputs[Residual] != y)
            {
                throw inputs.Error(Text($"residual must have the shape of y {y}, got {inputs[Residual]}"));
            }
        }
    }

    private static void CheckArguments(in OpShapes inputs, in Conv2dArguments args)
    {
        if (Math.Min(args.StrideH, args.StrideW) < 1)
        {
            throw inputs.Error(Text($"stride must be 1 or more, got {args.StrideH}x{args.StrideW}"));
        }

        if (Math.Min(args.DilationH, args.DilationW) < 1)
        {
            throw inputs.Error(Text($"dilation must be 1 or more, got {args.DilationH}x{args.DilationW}"));
        }

        if (Math.Min(args.PadH, args.PadW) < 0)
        {
            throw inputs.Error(Text($"padding must be 0 or more, got {args.PadH}x{args.PadW}"));
        }

        if (args.Groups < 1)
        {
            throw inputs.Error(Text($"groups must be 1 or more, got {args.Groups}"));
        }
    }

    private static int Extent(int size, int kernel, int stride, int padding, int dilation)
    {
        var room = size + 2L * padding - (long)dilation * (kernel - 1) - 1;
        return room < 0 || kernel < 1 ? 0 : checked((int)(room / stride + 1));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
