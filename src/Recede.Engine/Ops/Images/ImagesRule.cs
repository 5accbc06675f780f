using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>Normalises images of bytes, cropped and mirrored at random where their indices are given.</summary>
internal sealed partial class ImagesRule : OpRule<ImageArguments>
{
    private const int Bytes = 0;
    private const int Indices = 1;

    // A stream of its own, so that an order drawn from the same seed and epoch is independent of crops and flips.
    private static readonly ulong Stream = Philox.StreamOf("Images");

    private ImagesRule()
        : base("Images")
    {
    }

    public static ImagesRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in ImageArguments args, Span<OutputSpec> outputs)
    {
        var x = inputs[Bytes];
        if (inputs.Type(Bytes) != ElementType.UInt8)
        {
            throw inputs.Error($"images must be uint8 [N,H,W,C], got {inputs.Type(Bytes)} {x}.");
        }

        if (args.Normalization.Channels != x.C)
        {
            throw inputs.Error($"the normalisation has {args.Normalization.Channels} channels, images {x} have {x.C}.");
        }

        if (args.CropPadding < 0 || (args.CropPadding > 0 && args.CropPadding >= Math.Min(x.H, x.W)))
        {
            throw inputs.Error($"the crop padding must be 0 or more and less than an image's sides, got {args.CropPadding} for images {x}.");
        }

        if (inputs.Has(Indices) && (inputs.Type(Indices) != ElementType.Int32 || inputs[Indices] != new Shape(x.N, 1, 1, 1)))
        {
            throw inputs.Error($"indices must be int32 [{x.N},1,1,1] for images {x}, got {inputs.Type(Indices)} {inputs[Indices]}.");
        }

        outputs[0] = new OutputSpec(x, inputs.ActivationType, Differentiable: false);
        return 1;
    }

    public override SavedValues Saves(in ImageArguments args) => SavedValues.None;

    /// <summary>How an image is moved: y[h, w] = x[h + Down, (Flip ? W - 1 - w : w) + Right].</summary>
    internal static (int Down, int Right, bool Flip) Draw(in ImageArguments args, int index)
    {
        var (down, right, flip, _) = Philox.Block(args.Seed, Stream + args.Epoch, (uint)index);
        var places = 2 * (ulong)args.CropPadding + 1;
        return ((int)(down * places >> 32) - args.CropPadding, (int)(right * places >> 32) - args.CropPadding,
            args.Flip && flip >> 31 != 0);
    }
}
