namespace Recede.Engine.Data;

/// <summary>
/// Labelled images of one size that can be read by index, in any order. A
/// <see cref="BatchLoader"/> reads one from its own thread; an embedding program can bring its own.
/// </summary>
public interface IImageSource
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>The number of images, N.</summary>
    int Count { get; }

    /// <summary>Rows of an image, H.</summary>
    int Height { get; }

    /// <summary>Columns of an image, W.</summary>
    int Width { get; }

    /// <summary>Channels of an image, C.</summary>
    int Channels { get; }

    /// <summary>
    /// Copies the images and labels at <paramref name="indices"/>, in that order. Called by one
    /// thread at a time, not always the same one.
    /// </summary>
    /// <param name="indices">Indices in 0..<see cref="Count"/>-1, <c>[n]</c>.</param>
    /// <param name="images">Receives <c>[n, H, W, C]</c> bytes, exactly n*H*W*C long.</param>
    /// <param name="labels">Receives the class numbers, <c>[n]</c>.</param>
    void Read(ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels);
}
