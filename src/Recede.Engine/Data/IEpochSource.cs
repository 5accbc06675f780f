namespace Recede.Engine.Data;

/// <summary>
/// A source whose images are other ones in every epoch, cropped at random perhaps. A <see cref="BatchLoader"/> that shuffles asks
/// for those of its epoch; one that does not, for evaluation, for the images as <see cref="IImageSource.Read"/> gives them.
/// </summary>
public interface IEpochSource : IImageSource
{
    /// <summary>
    /// As <see cref="IImageSource.Read"/>, of an epoch. What an image is may depend on the epoch and its index alone.
    /// </summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="indices">Indices in 0..Count-1, <c>[n]</c>.</param>
    /// <param name="images">Receives <c>[n, H, W, C]</c> bytes, exactly n*H*W*C long.</param>
    /// <param name="labels">Receives the class numbers, <c>[n]</c>.</param>
    void Read(int epoch, ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels);
}
