namespace Recede.Engine.Nn;

/// <summary>What the built-in networks can be made for.</summary>
public sealed record NetworkOptions
{
    /// <summary>Rows of an image.</summary>
    public int Height { get; init; } = 32;

    /// <summary>Columns of an image.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Channels of an image.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Classes.</summary>
    public int Classes { get; init; } = 10;

    /// <summary>Which norm.</summary>
    public Norm Norm { get; init; } = Norm.Bounded;

    /// <summary>Seed of the initial weights.</summary>
    public ulong Seed { get; init; }

    /// <summary>The options of 224x224 images of 1000 classes.</summary>
    public static NetworkOptions ImageNet { get; } = new() { Height = 224, Width = 224, Classes = 1000 };

    internal NetworkOptions Validated()
    {
        if (Height < 1 || Width < 1 || Channels < 1 || Classes < 1)
        {
            throw new ArgumentException($"A network needs images of at least 1x1x1 and a class; got {Height}x{Width}x{Channels}, {Classes} classes.");
        }

        return this;
    }
}
