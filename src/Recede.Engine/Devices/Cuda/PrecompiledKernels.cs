using System.Security.Cryptography;
using System.Text;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Kernels that <c>build.ps1 -Precompile</c> compiled with nvcc and the build embedded: machine code of one architecture each. A
/// name carries a hash of the source and all headers, so that what was compiled from others is never taken.
/// </summary>
/// <param name="open">Opens an image by its name; null where there is none.</param>
internal sealed class PrecompiledKernels(Func<string, Stream?> open)
{
    private const int HashDigits = 24;

    /// <summary>Those in the engine itself.</summary>
    public static PrecompiledKernels Embedded { get; } =
        new(name => typeof(PrecompiledKernels).Assembly.GetManifestResourceStream("kernels/precompiled/" + name));

    /// <summary>The name of an image: "bias.sm_90.HASH.cubin".</summary>
    /// <param name="file">The source's file: "bias.cu".</param>
    /// <param name="text">Its text.</param>
    /// <param name="capability">Compute capability, as 10 * major + minor.</param>
    public static string NameOf(string file, string text, int capability)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var header in KernelSource.HeaderNames)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(KernelSource.ReadEmbedded(header)));
        }

        hash.AppendData(Encoding.UTF8.GetBytes(text));
        var digits = Convert.ToHexStringLower(hash.GetHashAndReset())[..HashDigits];
        return FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(file)}.sm_{capability}.{digits}.cubin");
    }

    /// <summary>The image of one of the engine's own sources for a GPU; null where none was made.</summary>
    public byte[]? Find(KernelSource source, string text, int capability)
    {
        if (source.Text is not null)
        {
            return null;
        }

        using var stream = open(NameOf(source.File, text, capability));
        if (stream is null)
        {
            return null;
        }

        using var image = new MemoryStream();
        stream.CopyTo(image);
        return image.ToArray();
    }
}
