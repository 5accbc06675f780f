namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// A CUDA kernel: an <c>extern "C" __global__</c> function that takes one structure by value. Made once, kept in a static
/// field, and launched with <see cref="CudaDevice.Launch{TArgs}(CudaKernel{TArgs}, in LaunchGrid, in TArgs)"/>; it is
/// compiled for the GPU at hand on its first launch.
/// </summary>
/// <typeparam name="TArgs">The structure, field by field as in the kernel's source: pointers as <see cref="nint"/>.</typeparam>
public sealed class CudaKernel<TArgs>
    where TArgs : unmanaged
{
    /// <summary>Makes a kernel of the engine's own sources.</summary>
    /// <param name="file">File under kernels/, such as "elementwise.cu".</param>
    /// <param name="name">Name of the function.</param>
    internal CudaKernel(string file, string name)
        : this(new KernelSource(file, null), name)
    {
    }

    internal CudaKernel(KernelSource source, string name)
    {
        Source = source;
        Name = name;
    }

    /// <summary>Name of the source that holds it.</summary>
    public string File => Source.File;

    /// <summary>Name of the function.</summary>
    public string Name { get; }

    internal KernelSource Source { get; }

    /// <summary>A kernel of a program's own. Kernels of one text are compiled together.</summary>
    /// <param name="name">Name of the function.</param>
    /// <param name="text">CUDA C++; it may include the engine's headers, "common.cuh" and "elementwise.cuh" above all, and no other.</param>
    public static CudaKernel<TArgs> FromSource(string name, string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return new CudaKernel<TArgs>(new KernelSource("own.cu", text), name);
    }
}
