using System.Text.Json;
using System.Text.Json.Nodes;

namespace Recede.Engine.Tests.Runner;

/// <summary>
/// What became of each test, a line of JSON when it begins and one when it ends, so that a process that dies or is stopped
/// leaves all that it knew, and the next one goes on behind it.
/// </summary>
internal sealed class TestLog : IDisposable
{
    private const string Started = "Started";
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly StreamWriter? _writer;

    /// <summary>Opens a log, with what earlier processes wrote.</summary>
    public TestLog(string? path)
    {
        if (path is null)
        {
            return;
        }

        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
            {
                Read(line);
            }
        }

        // Behind the half line of a process that was killed, a new one.
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
        _writer.WriteLine();
        foreach (var (test, entry) in _entries.ToArray())
        {
            if (entry.Outcome == Started)
            {
                Add(test, "Failed", 0, "the process ended in this test");
            }
        }
    }

    /// <summary>Tests that are done.</summary>
    public IReadOnlySet<string> Done => _entries.Keys.ToHashSet();

    /// <summary>All that is known.</summary>
    public IReadOnlyDictionary<string, Entry> Entries => _entries;

    /// <summary>A test begins.</summary>
    public void Begin(string test) => Add(test, Started, 0, null);

    /// <summary>A test has ended.</summary>
    public void Add(string test, string outcome, double seconds, string? message)
    {
        _entries[test] = new Entry(outcome, seconds, message);
        _writer?.WriteLine(new JsonObject
        {
            ["test"] = test,
            ["outcome"] = outcome,
            ["seconds"] = Math.Round(seconds, 3),
            ["message"] = message,
        }.ToJsonString());
    }

    public void Dispose() => _writer?.Dispose();

    private void Read(string line)
    {
        try
        {
            var json = JsonNode.Parse(line)!;
            _entries[(string)json["test"]!] = new Entry((string)json["outcome"]!, (double)json["seconds"]!, (string?)json["message"]);
        }
        catch (JsonException)
        {
            // Half a line.
        }
    }

    /// <summary>What became of a test.</summary>
    internal sealed record Entry(string Outcome, double Seconds, string? Message);
}
