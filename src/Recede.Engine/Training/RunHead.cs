using Recede.Engine.Core;
using Recede.Engine.Data;

namespace Recede.Engine.Training;

/// <summary>What every kept run says of itself: what kind of run it is, of what terms and images, and how long it has taken.</summary>
/// <param name="kind">What it is.</param>
/// <param name="terms">How it is to be done.</param>
/// <param name="data">What it is to be done on; null where nothing keeps it.</param>
internal sealed class RunHead(string kind, RunTerms terms, DatasetIdentity? data) : IStateful
{
    private RunTerms? _begunTerms;
    private DatasetIdentity? _begunData;

    /// <summary>What whoever started the run wants back with it: its settings.</summary>
    public string Settings { get; set; } = "";

    /// <summary>The device that its latencies were measured on; empty in a run that was begun before this was kept.</summary>
    public string MeasuredOn { get; set; } = "";

    /// <summary>How long it has taken.</summary>
    public RunClock Clock { get; private set; } = new();

    /// <inheritdoc/>
    public void SaveState(StateWriter writer)
    {
        writer.Write("kind", kind);
        writer.Write("settings", Settings);
        terms.Save(writer.Section("terms"));
        new CheckpointData(data).SaveState(writer);
        writer.Write("measuredOn", MeasuredOn);
        writer.Write("seconds", Clock.Seconds);
    }

    /// <inheritdoc/>
    public void RestoreState(StateReader reader)
    {
        if (reader.Text("kind") is { } other && other != kind)
        {
            throw reader.Error($"it is of a {other}, not of a {kind}");
        }

        Settings = reader.Text("settings");
        _begunTerms = terms.Read(reader.Section("terms"));
        _begunData = DatasetIdentity.Read(reader.Section("data"));
        MeasuredOn = reader.Has("measuredOn") ? reader.Text("measuredOn") : "";
        Clock = new RunClock(reader.Number("seconds"));
    }

    /// <summary>Refuses to go on with what was restored otherwise than it was begun.</summary>
    /// <exception cref="ArgumentException">It was begun with other options or images; the message tells both.</exception>
    public void RequireSame()
    {
        terms.RequireSame(_begunTerms!);
        data!.RequireSame(_begunData!);
    }
}
