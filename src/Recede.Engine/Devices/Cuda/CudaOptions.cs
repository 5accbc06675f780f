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

    /// <summary>
    /// Lets a training loop capture the step of a full batch as a CUDA graph and replay it, which spares the GPU most of what
    /// a launch costs. Layers and ops of a program's own whose work differs from step to step in other ways than by what they
    /// read in device memory need this off.
    /// </summary>
    public bool CaptureSteps { get; init; } = true;

    /// <summary>Folder where compiled kernels are kept; null takes the environment variable RECEDE_CACHE or else the user's
    /// cache folder. A folder that cannot be written is no error: kernels are then compiled anew in every process.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>What the build compiled; a test brings its own.</summary>
    internal PrecompiledKernels Precompiled { get; init; } = PrecompiledKernels.Embedded;
}
