using System.Globalization;
using Recede.Engine.Devices;

namespace Recede.Trainer;

/// <summary><c>recede devices</c>: what networks can be trained on here, and what is missing for more.</summary>
internal static class DevicesCommand
{
    /// <summary>Looks and prints.</summary>
    public static void Execute(TextWriter output)
    {
        using var cpu = Device.Cpu();
        Write(output, cpu.Description, CudaInventory.Take());
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
