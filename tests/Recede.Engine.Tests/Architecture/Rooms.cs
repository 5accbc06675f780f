namespace Recede.Engine.Tests.Architecture;

/// <summary>
/// The rooms of the house and who may know whom: the table of docs/architecture.md. A room is known by its namespace,
/// which follows its folder. What is not allowed here is forbidden.
/// </summary>
internal static class Rooms
{
    public const string EngineFolder = "src/Recede.Engine/";
    public const string EngineNamespace = "Recede.Engine";

    private static readonly string[] Bindings = ["Recede.Cuda"];

    // What every room may name: shapes, element types, the device and its buffers. Threads, micro-kernels, streams and
    // kernel modules are behind it, for those who write device code.
    private static readonly string[] Devices = ["Recede.Engine.Devices"];
    private static readonly string[] DeviceInsides = [.. Devices, "Recede.Engine.Devices.Cpu", "Recede.Engine.Devices.Cuda"];
    private static readonly string[] Core = ["Recede.Engine.Core"];
    private static readonly string[] Ops = ["Recede.Engine.Ops"];
    private static readonly string[] Nn = ["Recede.Engine.Nn"];

    private static readonly string[] Wings =
        ["Recede.Engine.Optim", "Recede.Engine.Pruning", "Recede.Engine.Data", "Recede.Engine.Checkpoints"];

    private static readonly string[] Training = ["Recede.Engine.Training"];
    private static readonly string[] Reports = ["Recede.Engine.Reports"];

    private static readonly string[] WingsKnow = [.. Nn, .. Ops, .. Core, .. Devices];
    private static readonly string[] TrainingKnows = [.. Wings, .. Nn, .. Ops, .. Core, .. DeviceInsides];
    private static readonly string[] ReportsKnow = [.. Training, .. TrainingKnows];
    private static readonly string[] DevicesKnow = [.. Bindings, .. DeviceInsides];

    private static readonly Dictionary<string, string[]> Table = new(StringComparer.Ordinal)
    {
        ["Recede.Cuda"] = [],
        ["Recede.Engine"] = [],
        ["Recede.Engine.Devices"] = DevicesKnow,
        ["Recede.Engine.Devices.Cpu"] = DevicesKnow,
        ["Recede.Engine.Devices.Cuda"] = DevicesKnow,
        ["Recede.Engine.Core"] = DeviceInsides,
        ["Recede.Engine.Ops"] = [.. Core, .. DeviceInsides],
        ["Recede.Engine.Nn"] = [.. Ops, .. Core, .. Devices],
        // An optimiser's update is device code, as an op's is.
        ["Recede.Engine.Optim"] = [.. WingsKnow, .. DeviceInsides],
        ["Recede.Engine.Pruning"] = WingsKnow,
        ["Recede.Engine.Data"] = WingsKnow,
        ["Recede.Engine.Checkpoints"] = WingsKnow,
        ["Recede.Engine.Training"] = TrainingKnows,
        ["Recede.Engine.Reports"] = ReportsKnow,
        ["Recede.Trainer"] = [.. Reports, .. ReportsKnow],
    };

    /// <summary>The rooms, by namespace.</summary>
    public static IReadOnlyCollection<string> All => Table.Keys;

    /// <summary>
    /// The room that a namespace belongs to: itself or the nearest one above it that is a room. Null for namespaces
    /// that are not ours, and for a folder right under the engine that is no room.
    /// </summary>
    public static string? Of(string ns)
    {
        for (var name = ns; name.Length > 0; name = name.Contains('.', StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : "")
        {
            if (Table.ContainsKey(name))
            {
                // Only files right in the engine's folder are in its hall: a folder beside the rooms is not.
                return name == EngineNamespace && ns != EngineNamespace ? null : name;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether code in room <paramref name="from"/> may name what is in room <paramref name="to"/>. The engine's own
    /// root namespace, which says only what version this is, may be named by every room of ours but the bindings.
    /// </summary>
    public static bool Allows(string from, string to) =>
        from == to || Table[from].Contains(to) || (to == EngineNamespace && from != "Recede.Cuda");

    /// <summary>
    /// The namespace that a file must declare: its folder's, but that the folders of single ops share the room's.
    /// </summary>
    public static string NamespaceOf(string path)
    {
        var folder = path[..path.LastIndexOf('/')]["src/".Length..];
        var ns = folder.Replace('/', '.');
        return ns.StartsWith("Recede.Engine.Ops.", StringComparison.Ordinal) ? "Recede.Engine.Ops" : ns;
    }
}
