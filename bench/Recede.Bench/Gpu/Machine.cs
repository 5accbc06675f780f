using System.Text.Json.Nodes;
using Recede.Engine;
using Recede.Engine.Devices;

namespace Recede.Bench.Gpu;

/// <summary>The machine that figures come from, and the commit that they are of.</summary>
internal static class Machine
{
    // run.sh says which commit it was packed from.
    private const string CommitVariable = "RECEDE_COMMIT";
    private const string DriverFile = "/proc/driver/nvidia/version";

    private static readonly Lazy<JsonObject> Description = new(Take);

    /// <summary>GPU, driver, versions of the libraries, commit, day.</summary>
    public static JsonObject Describe() => (JsonObject)Description.Value.DeepClone();

    private static JsonObject Take()
    {
        var inventory = CudaInventory.Take();
        var machine = new JsonObject
        {
            ["gpu"] = inventory.Gpus is [var gpu, ..]
                ? FormattableString.Invariant(
                    $"{gpu.Name}, {gpu.MemoryBytes / (double)(1 << 30):F0} GiB, compute capability {gpu.ComputeMajor}.{gpu.ComputeMinor}, {gpu.Multiprocessors} multiprocessors")
                : null,
            ["kernelDriver"] = File.Exists(DriverFile) ? File.ReadLines(DriverFile).FirstOrDefault()?.Trim() : null,
        };
        foreach (var library in inventory.Libraries)
        {
            machine[library.Name] = library.IsFound ? $"{(library.Name == "driver" ? "serves CUDA " : "")}{library.Version}, {library.Path}" : null;
        }

        machine["recede"] = EngineInfo.Version;
        machine["commit"] = Environment.GetEnvironmentVariable(CommitVariable);
        machine["day"] = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return machine;
    }
}
