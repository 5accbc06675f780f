namespace Recede.Engine.Devices;

/// <summary>
/// The logical shape of every tensor: [N, H, W, C]. Convolution weights are [C_out, KH, KW, C_in], linear weights
/// [out, 1, 1, in], vectors [1, 1, 1, C], scalars [1, 1, 1, 1]. How the numbers lie in memory is the device's business.
/// </summary>
/// <param name="N">Images, or a weight's output channels.</param>
/// <param name="H">Rows.</param>
/// <param name="W">Columns.</param>
/// <param name="C">Channels, or a weight's input channels.</param>
public readonly record struct Shape(int N, int H, int W, int C)
{
    /// <summary>The shape of a single number.</summary>
    public static Shape Scalar { get; } = new(1, 1, 1, 1);

    /// <summary>Number of logical elements.</summary>
    public long Count => (long)N * H * W * C;

    /// <summary>The shape [1, 1, 1, <paramref name="channels"/>].</summary>
    public static Shape Vector(int channels) => new(1, 1, 1, channels);

    /// <summary>This shape with another number of images.</summary>
    public Shape WithN(int n) => this with { N = n };

    /// <summary>This shape with another number of channels.</summary>
    public Shape WithC(int c) => this with { C = c };

    /// <summary>Throws when an extent is negative.</summary>
    /// <exception cref="ArgumentException">An extent is negative.</exception>
    public Shape Validated()
    {
        if ((N | H | W | C) < 0)
        {
            throw new ArgumentException($"A shape has no negative extent; got {this}.");
        }

        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{N},{H},{W},{C}]";
}
