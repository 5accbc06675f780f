namespace Recede.Engine.Devices.Cuda;

/// <summary>How a <see cref="CudaDevice"/> computes.</summary>
public sealed record CudaOptions
{
    /// <summary>Lets convolutions and linear layers round float32 operands to TF32 (10 bits of mantissa) for the tensor cores.</summary>
    public bool AllowTf32 { get; init; }

    /// <summary>How plans of convolutions are chosen.</summary>
    public PlanSelection PlanSelection { get; init; }

    /// <summary>Uses only cuDNN engines that give the same bits on every run.</summary>
    public bool DeterministicOnly { get; init; } = true;

    /// <summary>What activations are kept as: <see cref="ElementType.Float32"/> or <see cref="ElementType.BFloat16"/>.</summary>
    public ElementType ActivationType { get; init; } = ElementType.Float32;

    /// <summary>Folder where compiled kernels are kept; null takes the environment variable RECEDE_CACHE or else the user's
    /// cache folder. A folder that cannot be written is no error: kernels are then compiled anew in every process.</summary>
    public string? CacheFolder { get; init; }
}
