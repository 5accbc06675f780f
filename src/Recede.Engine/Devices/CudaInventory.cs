using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Devices;

/// <summary>What this machine has for the CUDA device, and what is missing.</summary>
/// <param name="Libraries">The driver and the libraries, found or not.</param>
/// <param name="Gpus">The GPUs that the driver sees.</param>
/// <param name="Problems">What is missing or does not work, with what to do: a sentence each. Empty when CUDA can run.</param>
public sealed record CudaInventory(
    IReadOnlyList<CudaLibraryInfo> Libraries, IReadOnlyList<CudaGpuInfo> Gpus, IReadOnlyList<string> Problems)
{
    /// <summary>Whether the CUDA device can run here.</summary>
    public bool IsUsable => Problems.Count == 0;

    /// <summary>
    /// Looks for the libraries, loads those that it finds, and asks the driver for its GPUs. No memory of a GPU is taken.
    /// It never throws where something is missing: that is a problem that it tells.
    /// </summary>
    public static CudaInventory Take() => CudaSurvey.Take();
}
