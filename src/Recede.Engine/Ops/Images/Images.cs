using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Images of bytes as a network's input.</summary>
public static class ImagesOp
{
    /// <summary>
    /// y[n, h, w, c] = (b / 255 - mean[c]) / std[c] with b = x[n, h + dy - p, w' + dx - p, c], or 0 outside the image, where
    /// p is the crop padding, dy and dx are uniform in 0..2p, and w' is w or, in half of the images, W - 1 - w. The draws of
    /// an image depend on seed, epoch and its index in the dataset alone, not on batch or order.
    /// </summary>
    /// <param name="tape">The step.</param>
    /// <param name="images">uint8 [N, H, W, C], dense.</param>
    /// <param name="indices">int32 [N, 1, 1, 1]: index of each image in its dataset; <see cref="Tensor.None"/> neither crops
    /// nor flips.</param>
    /// <param name="args">Normalisation and augmentation.</param>
    /// <returns>float [N, H, W, C]; no gradient flows through it.</returns>
    /// <exception cref="ShapeMismatchException">Shapes, channels or crop padding do not fit.</exception>
    public static Tensor Images(this Tape tape, Tensor images, Tensor indices, in ImageArguments args)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(args.Normalization);
        return tape.Record(ImagesRule.Instance, args, [images, indices]);
    }
}
