using System.Text;

namespace Recede.Engine.Devices.Cuda;

/// <summary>Where a kernel's text is: a file of the engine's own, or text that a program brought.</summary>
/// <param name="File">Its name, as compile errors tell it.</param>
/// <param name="Text">The text, or null for one of the engine's files under kernels/.</param>
internal sealed record KernelSource(string File, string? Text)
{
    /// <summary>Names of the headers that every kernel may include; they are handed to the compiler in memory.</summary>
    public static IReadOnlyList<string> HeaderNames { get; } = ["common.cuh", "elementwise.cuh", "batch_norm.cuh"];

    /// <summary>The text to compile.</summary>
    public string Read() => Text ?? ReadEmbedded(File);

    /// <summary>A file of the engine's folder kernels/.</summary>
    /// <exception cref="FileNotFoundException">The engine has no such file.</exception>
    public static string ReadEmbedded(string file)
    {
        using var stream = typeof(KernelSource).Assembly.GetManifestResourceStream("kernels/" + file)
            ?? throw new FileNotFoundException($"The engine has no kernels/{file}.", file);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
