namespace Recede.Engine.Devices;

/// <summary>Which of a device's physical layouts a tensor has. Each device has exactly one of each.</summary>
public enum TensorLayout
{
    /// <summary>Activations and vectors, channels padded up to the device's lanes; the padding is always zero.</summary>
    Activation,

    /// <summary>Weights [C_out, KH, KW, C_in], output channels padded up to the device's lanes with zeros.</summary>
    Filter,

    /// <summary>Plain row-major elements without padding: uint8 images, labels, random state.</summary>
    Dense,
}
