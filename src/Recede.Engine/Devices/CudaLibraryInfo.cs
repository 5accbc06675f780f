namespace Recede.Engine.Devices;

/// <summary>One of the libraries that the CUDA device needs, as it was found or not.</summary>
/// <param name="Name">What it is called: "driver", "NVRTC", "cuBLAS", "cuDNN".</param>
/// <param name="Version">Its version, "12.4"; of the driver, the newest CUDA that it serves. Null when it does not tell, or was not found.</param>
/// <param name="Path">Its file; null when it was not found.</param>
/// <param name="Origin">Why it was looked for there: an environment variable, the loader's path, the toolkit, a Python environment.</param>
public sealed record CudaLibraryInfo(string Name, string? Version, string? Path, string? Origin)
{
    /// <summary>Whether it was found.</summary>
    public bool IsFound => Path is not null;
}
