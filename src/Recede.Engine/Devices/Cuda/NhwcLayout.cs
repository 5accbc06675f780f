namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Where numbers lie on a CUDA device. Activations are [N, H, W, C] with the channels of every pixel padded up to a multiple
/// of 8, filters [O, KH, KW, I] with both channel counts padded likewise: 8 values of 16 bits are one 16-byte load, and
/// tensor cores take multiples of 8. The padding is zero, always.
/// </summary>
public static class NhwcLayout
{
    /// <summary>Channels are padded up to a multiple of this.</summary>
    public const int Lanes = 8;

    /// <summary><paramref name="channels"/> rounded up to whole lanes.</summary>
    public static int Padded(int channels) => (channels + Lanes - 1) / Lanes * Lanes;

    /// <summary>Values of a type that one load of 16 bytes brings; divides every padded channel count.</summary>
    public static int VectorWidth(ElementType type) => type == ElementType.BFloat16 ? 8 : 4;

    /// <summary>Elements in memory, padding included.</summary>
    public static long Count(Shape shape, TensorLayout layout) => layout switch
    {
        TensorLayout.Activation => (long)shape.N * shape.H * shape.W * Padded(shape.C),
        TensorLayout.Filter => (long)Padded(shape.N) * shape.H * shape.W * Padded(shape.C),
        _ => shape.Count,
    };
}
