using System.Diagnostics;

namespace Recede.Engine.Devices.Cuda;

/// <summary>A kernel that exists for each type that activations can have, under its name with the suffix _f32 or _bf16.</summary>
internal sealed class TypedCudaKernel<TArgs>(KernelSource source, string name)
    where TArgs : unmanaged
{
    /// <summary>A pair of kernels of the engine's own sources.</summary>
    public TypedCudaKernel(string file, string name)
        : this(new KernelSource(file, null), name)
    {
    }

    /// <summary>The kernel for single precision.</summary>
    public CudaKernel<TArgs> Float32 { get; } = new(source, name + "_f32");

    /// <summary>The kernel for bfloat16.</summary>
    public CudaKernel<TArgs> BFloat16 { get; } = new(source, name + "_bf16");

    /// <summary>The kernel for a type.</summary>
    public CudaKernel<TArgs> For(ElementType type) => type switch
    {
        ElementType.Float32 => Float32,
        ElementType.BFloat16 => BFloat16,
        _ => throw new UnreachableException($"{Float32.File} has no kernels for {type}."),
    };
}
