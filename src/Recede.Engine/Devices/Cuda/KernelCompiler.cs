using Recede.Cuda;
using Recede.Cuda.Nvrtc;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Turns kernel source into what the driver loads, with NVRTC: machine code for the GPU at hand, or PTX for the newest
/// architecture below it that an older NVRTC knows, which the driver then finishes. Nothing is loaded before the first use.
/// </summary>
internal sealed unsafe class KernelCompiler
{
    private readonly string[] _headers;
    private readonly bool _ptx;

    /// <summary>Makes a compiler for a GPU.</summary>
    /// <param name="capability">Its compute capability, as 10 * major + minor.</param>
    /// <exception cref="DeviceUnavailableException">NVRTC knows no architecture that this GPU runs.</exception>
    public KernelCompiler(int capability)
    {
        Native.nvrtcVersion(out var major, out var minor).Check();
        Version = $"{major}.{minor}";
        var known = SupportedArchitectures();
        var best = Choose(known, capability);
        if (best == 0)
        {
            throw new DeviceUnavailableException(
                $"NVRTC {Version} compiles for compute capability {Dotted(known.Min())} and newer; this GPU has {Dotted(capability)}. "
                + "Install the NVRTC of an older CUDA.");
        }

        _ptx = best != capability;
        Architecture = $"{(_ptx ? "compute" : "sm")}_{best}";
        Options = ["--gpu-architecture=" + Architecture, "-std=c++17", "--generate-line-info"];
        _headers = [.. KernelSource.HeaderNames.Select(KernelSource.ReadEmbedded)];
    }

    /// <summary>NVRTC's version, "12.8".</summary>
    public string Version { get; }

    /// <summary>What is compiled for: "sm_90", or "compute_90" for PTX.</summary>
    public string Architecture { get; }

    /// <summary>The options of every compilation.</summary>
    public string[] Options { get; }

    /// <summary>The architecture to compile for: the GPU's own, or else the newest below it; 0 when there is none.</summary>
    public static int Choose(ReadOnlySpan<int> known, int capability)
    {
        var best = 0;
        foreach (var architecture in known)
        {
            best = architecture <= capability ? Math.Max(best, architecture) : best;
        }

        return best;
    }

    /// <summary>Everything that the result of <see cref="Compile"/> depends on, hashed.</summary>
    /// <param name="file">The source's name, which line numbers refer to.</param>
    /// <param name="text">The source.</param>
    /// <param name="driverVersion">The driver that is to load it.</param>
    public byte[] KeyOf(string file, string text, int driverVersion) => KernelCache.KeyOf(
        file, text, string.Concat(_headers), string.Join('\n', Options), Architecture, Version, FormattableString.Invariant($"driver {driverVersion}"));

    /// <summary>Compiles a source.</summary>
    /// <exception cref="KernelCompilationException">It has errors; the message carries the compiler's log.</exception>
    public byte[] Compile(string file, string text)
    {
        using var program = NvrtcProgram.Create(text, file, _headers, [.. KernelSource.HeaderNames]);
        try
        {
            program.Compile(Options);
        }
        catch (CudaException e) when (e.Status == (int)Status.NVRTC_ERROR_COMPILATION)
        {
            throw new KernelCompilationException(
                $"{file} does not compile with NVRTC {Version} for {Architecture}:\n{e.Details}", e);
        }

        return _ptx ? program.Ptx() : program.Cubin();
    }

    private static string Dotted(int capability) => FormattableString.Invariant($"{capability / 10}.{capability % 10}");

    private static int[] SupportedArchitectures()
    {
        Native.nvrtcGetNumSupportedArchs(out var count).Check();
        var known = new int[count];
        fixed (int* p = known)
        {
            Native.nvrtcGetSupportedArchs(p).Check();
        }

        return known;
    }
}
