namespace Recede.Engine.Devices;

/// <summary>A GPU that the CUDA driver sees.</summary>
/// <param name="Index">Its number among them, from 0.</param>
/// <param name="Name">What its maker calls it.</param>
/// <param name="MemoryBytes">Memory in all.</param>
/// <param name="ComputeMajor">Compute capability, before the dot.</param>
/// <param name="ComputeMinor">Compute capability, after the dot.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
public sealed record CudaGpuInfo(int Index, string Name, long MemoryBytes, int ComputeMajor, int ComputeMinor, int Multiprocessors)
{
    // Turing: the oldest one that CUDA 13 serves, and that the kernels are compiled for.
    private const int LeastMajor = 7;
    private const int LeastMinor = 5;

    /// <summary>Whether it is new enough: compute capability 7.5 or more.</summary>
    public bool IsNewEnough => ComputeMajor > LeastMajor || (ComputeMajor == LeastMajor && ComputeMinor >= LeastMinor);

    /// <summary>Whether its tensor cores take bfloat16: compute capability 8.0 or more.</summary>
    public bool HasBFloat16 => ComputeMajor >= 8;
}
