namespace Recede.Cuda.Libraries;

/// <summary>The names that the bindings import from; <see cref="LibraryResolver"/> turns them into files.</summary>
internal static class LibraryNames
{
    public const string Driver = "cuda";
    public const string Nvrtc = "nvrtc";
    public const string Cublas = "cublas";
    public const string Cudnn = "cudnn";
}
