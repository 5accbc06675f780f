using System.Globalization;

namespace Recede.Engine.Devices;

/// <summary>Who holds how much of a device's memory: what errors and reports tell. Thread-safe.</summary>
internal sealed class MemoryLedger
{
    private const int MostNamed = 6;

    private readonly Lock _lock = new();
    private readonly Dictionary<nint, Entry> _entries = [];

    /// <summary>An owner got a block.</summary>
    public void Add(nint address, long bytes, string owner)
    {
        lock (_lock)
        {
            _entries.Add(address, new Entry(bytes, owner));
        }
    }

    /// <summary>A block is about to be given back.</summary>
    public void Remove(nint address)
    {
        lock (_lock)
        {
            _entries.Remove(address);
        }
    }

    /// <summary>The largest owners and what the others hold together: "step arena 1.5 GiB, conv1.weight 6.8 KiB".</summary>
    public string Describe()
    {
        Entry[] owners;
        lock (_lock)
        {
            owners = [.. _entries.Values
                .GroupBy(entry => entry.Owner, StringComparer.Ordinal)
                .Select(group => new Entry(group.Sum(entry => entry.Bytes), group.Key))
                .OrderByDescending(entry => entry.Bytes)
                .ThenBy(entry => entry.Owner, StringComparer.Ordinal)];
        }

        if (owners.Length == 0)
        {
            return "nothing";
        }

        // A single owner more is named, not counted.
        var named = owners.Length <= MostNamed + 1 ? owners.Length : MostNamed;
        var parts = owners.Take(named).Select(entry => $"{entry.Owner} {Amount(entry.Bytes)}");
        if (named < owners.Length)
        {
            parts = parts.Append($"{owners.Length - named} others {Amount(owners.Skip(named).Sum(entry => entry.Bytes))}");
        }

        return string.Join(", ", parts);
    }

    /// <summary>Bytes in the unit that reads best.</summary>
    public static string Amount(long bytes)
    {
        const double Step = 1024;
        var (value, unit) = Math.Abs((double)bytes) switch
        {
            >= Step * Step * Step => (bytes / (Step * Step * Step), "GiB"),
            >= Step * Step => (bytes / (Step * Step), "MiB"),
            >= Step => (bytes / Step, "KiB"),
            _ => (bytes, "bytes"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}");
    }

    private readonly record struct Entry(long Bytes, string Owner);
}
