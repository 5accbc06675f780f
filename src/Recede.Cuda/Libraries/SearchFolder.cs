namespace Recede.Cuda.Libraries;

/// <summary>A place where libraries are looked for.</summary>
/// <param name="Path">The folder; null for the loader's own places.</param>
/// <param name="Origin">Why it is looked at, for people: an environment variable, the toolkit, a Python environment.</param>
/// <param name="Major">CUDA's major version that cuDNN is for in it, where that is known.</param>
internal sealed record SearchFolder(string? Path, string Origin, int? Major = null)
{
    /// <summary>The places where the system's loader looks by itself.</summary>
    public static readonly SearchFolder Loader = new(null, "the loader's path");
}
