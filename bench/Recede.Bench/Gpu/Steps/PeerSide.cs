using System.Text.Json.Nodes;

namespace Recede.Bench.Gpu.Steps;

/// <summary>The peer's step, eager or compiled.</summary>
internal sealed class PeerSide : IStepSide
{
    // torch.compile takes minutes for a deep network on a slow machine.
    private static readonly TimeSpan LongestPreparation = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestTiming = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRelease = TimeSpan.FromSeconds(20);
    private readonly PeerProcess _peer;

    /// <summary>Has the peer build its network and run a few steps.</summary>
    public PeerSide(PeerProcess peer, GpuStepCase step, Precision precision, bool trains, string norm, string mode)
    {
        _peer = peer;
        Mode = mode;
        _peer.Ask(
            new JsonObject
            {
                ["do"] = "prepare",
                ["case"] = step.Name,
                ["precision"] = precision.Name(),
                ["train"] = trains,
                ["norm"] = norm,
                ["mode"] = mode,
            },
            LongestPreparation);
    }

    public string Name => $"PyTorch {Mode}";

    private string Mode { get; }

    public double Time(double seconds) =>
        (double)_peer.Ask(new JsonObject { ["do"] = "time", ["mode"] = Mode, ["seconds"] = seconds }, LongestTiming)["ms"]!;

    public void Dispose()
    {
        if (_peer.IsAlive)
        {
            _peer.Ask(new JsonObject { ["do"] = "release", ["mode"] = Mode }, LongestRelease);
        }
    }
}
