using System.Diagnostics;
using Recede.Cuda;
using Recede.Cuda.Driver;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu.Check;

/// <summary>
/// That every source of kernels builds for the GPU at hand, anew and not from the cache, and that the driver finds every
/// kernel in it; with what each takes of a multiprocessor.
/// </summary>
internal static class KernelBuildCheck
{
    private const string Table = "Kernels";
    private const string Folder = "kernels/";

    /// <summary>All of the engine's sources.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. typeof(CudaDevice).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".cu", StringComparison.Ordinal))
        .Select(name => name[Folder.Length..])
        .Order(StringComparer.Ordinal)];

    /// <summary>Builds some sources.</summary>
    public static void Run(ResultFile result, CudaDevice device, IReadOnlyList<string> files)
    {
        using var turn = device.Enter();
        var compiler = new KernelCompiler(device.ComputeCapability);
        result.Note($"NVRTC {compiler.Version} for {compiler.Architecture}: {string.Join(' ', compiler.Options)}");
        foreach (var file in files)
        {
            GpuPart.Guard(result, $"kernels/{file}", () => Build(result, compiler, file));
        }
    }

    private static void Build(ResultFile result, KernelCompiler compiler, string file)
    {
        var text = KernelSource.ReadEmbedded(file);
        var names = KernelNames.Of(text);
        if (names.Count == 0)
        {
            throw new InvalidDataException("no kernel was found in its text");
        }

        var began = Stopwatch.GetTimestamp();
        using var module = DriverModule.Load(compiler.Compile(file, text));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var name in names)
        {
            GpuPart.Guard(result, $"kernels/{file} {name}", () =>
            {
                var kernel = module.Function(name);
                result.Add(
                    Table,
                    ("file", file),
                    ("kernel", name),
                    ("registers", Of(kernel, FunctionAttribute.CU_FUNC_ATTRIBUTE_NUM_REGS)),
                    ("shared bytes", Of(kernel, FunctionAttribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES)),
                    ("local bytes", Of(kernel, FunctionAttribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES)),
                    ("most threads", Of(kernel, FunctionAttribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK)),
                    ("seconds for the file", Math.Round(seconds, 2)));
            });
        }
    }

    private static int Of(nint kernel, FunctionAttribute attribute)
    {
        Native.cuFuncGetAttribute(out var value, attribute, kernel).Check();
        return value;
    }
}
