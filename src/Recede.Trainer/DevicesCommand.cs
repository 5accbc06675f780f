using System.CommandLine;
using System.Globalization;
using Recede.Engine.Devices;

namespace Recede.Trainer;

/// <summary><c>recede devices</c>: what networks can be trained on here, and what is missing for more.</summary>
internal sealed class DevicesCommand : ProgramCommand
{
    /// <inheritdoc/>
    public override string Name => "devices";

    /// <inheritdoc/>
    public override string Summary => "Tell what can be trained on here, and what CUDA lacks.";

    /// <inheritdoc/>
    public override string Introduction => """
        recede devices - tell what can be trained on here, and what CUDA lacks

        Usage: recede devices

        Lists the CPU and the GPUs that NVIDIA's driver sees, then the libraries that
        the CUDA device needs: the driver, NVRTC, cuBLAS and cuDNN 9, of CUDA 12 or 13.
        Each is told with its version and file; for what is missing, what to do.

        They are looked for in this order:
          1. the folders of RECEDE_CUDA_PATH (a list as in PATH): folders of libraries,
             of a toolkit, or of a Python environment
          2. where the system's loader looks
          3. the toolkit's folders: CUDA_PATH, CUDA_HOME and where it is installed
          4. the nvidia packages of the active Python environment (VIRTUAL_ENV,
             CONDA_PREFIX), which PyTorch for CUDA brings
        """;

    /// <inheritdoc/>
    public override void Execute(ParseResult line, Invocation invocation)
    {
        using var cpu = Device.Cpu();
        Write(invocation.Output, cpu.Description, CudaInventory.Take());
    }

    /// <summary>Prints.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="cpu">What the CPU device says of itself.</param>
    /// <param name="cuda">What there is for CUDA.</param>
    public static void Write(TextWriter output, string cpu, CudaInventory cuda)
    {
        output.WriteLine($"cpu    {cpu}");
        foreach (var gpu in cuda.Gpus)
        {
            output.WriteLine(Text($"cuda:{gpu.Index} {gpu.Name}, {gpu.MemoryBytes / (double)(1 << 30):0.0} GiB, ")
                + Text($"compute capability {gpu.ComputeMajor}.{gpu.ComputeMinor}, {gpu.Multiprocessors} multiprocessors")
                + (gpu.IsNewEnough ? gpu.HasBFloat16 ? "" : " (no bfloat16)" : " (too old)"));
        }

        output.WriteLine();
        output.WriteLine(cuda.IsUsable ? "CUDA can run here." : "CUDA cannot run here.");
        foreach (var library in cuda.Libraries)
        {
            output.WriteLine($"  {library.Name,-7}{Describe(library)}");
        }

        if (!cuda.IsUsable)
        {
            output.WriteLine();
            output.WriteLine("What is missing");
            foreach (var problem in cuda.Problems)
            {
                output.WriteLine($"  - {problem}");
            }
        }
    }

    private static string Describe(CudaLibraryInfo library)
    {
        if (!library.IsFound)
        {
            return "not found";
        }

        var version = library.Name == "driver" ? $"serves CUDA {library.Version ?? "of an unknown version"}" : library.Version ?? "of an unknown version";
        return $"{version}, {library.Path} ({library.Origin})";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
