using System.Diagnostics;
using Recede.Bench.Steps;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;

namespace Recede.Bench.Gpu.Steps;

/// <summary>Times the sides of one case in turns, a row a case; what a side cannot do is told in its row.</summary>
internal sealed class StepComparison(ResultFile result, Stopwatch clock) : IDisposable
{
    private const double MostWarmUpSeconds = 0.5;

    private readonly List<string> _leftOut = [];
    private PeerProcess? _peer;
    private string? _python;
    private string _script = "";

    public required double Budget { get; init; }

    public required int Rounds { get; init; }

    public required double Seconds { get; init; }

    public required int LoopSteps { get; init; }

    public required Norm Norm { get; init; }

    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>Starts PyTorch, or tells why not.</summary>
    public void StartPeer(string? python, string script)
    {
        (_python, _script) = (python, script);
        if (python is null)
        {
            result.Note("PyTorch: no Python was given; the engine is timed alone");
            return;
        }

        _peer = PeerProcess.Start(python, script, out var problem);
        result.Note(_peer?.Description ?? $"{problem}; the engine is timed alone");
        _python = _peer is null ? null : python;
    }

    /// <summary>One case.</summary>
    public void Compare(GpuStepCase step, Precision precision, CudaOptions options, bool trains, double pruned)
    {
        var what = trains ? "training step" : "inference";
        if (clock.Elapsed.TotalSeconds > Budget)
        {
            _leftOut.Add(FormattableString.Invariant($"{step.Name} {what} {precision.Name()} {pruned:P0} pruned"));
            return;
        }

        var row = new List<(string, object?)>
        {
            ("case", step.Name), ("what", what), ("precision", precision.Name()), ("norm", Norm.ToString().ToLowerInvariant()), ("pruned", pruned),
        };
        try
        {
            Run(step, precision, options, trains, pruned, row);
        }
        catch (Exception e) when (e is ShapeMismatchException or NotSupportedException or DeviceOutOfMemoryException)
        {
            // The engine's answer is a finding too, but nothing that is broken.
            row.Add(("refused", GpuPart.OneLine(e)));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            row.Add(("failed", GpuPart.OneLine(e)));
            result.Fail($"{step.Name} {what} {precision.Name()}: {GpuPart.OneLine(e)}");
        }

        result.Add(trains ? "Training steps" : "Inference", row);
    }

    /// <summary>Says what the budget left out.</summary>
    public void TellLeftOut()
    {
        if (_leftOut.Count > 0)
        {
            result.Note($"not reached, out of time: {string.Join("; ", _leftOut)}");
        }
    }

    public void Dispose() => _peer?.Dispose();

    private void Run(GpuStepCase step, Precision precision, CudaOptions options, bool trains, double pruned, List<(string, object?)> row)
    {
        using var device = Device.Cuda(0, options);
        using var network = step.CreateNetwork(device, Norm, pruned);
        var cost = network.Cost();
        row.Add(("MFLOPs an image", cost.MultiplyAdds / 1e6));
        row.Add(("parameter MB", cost.PhysicalBytes / 1e6));
        var sides = new List<IStepSide>();
        try
        {
            sides.Add(Warm(new EngineSide(device, network, step.Batch, trains, captures: true)));
            sides.Add(Warm(new EngineSide(device, network, step.Batch, trains, captures: false)));
            if (trains)
            {
                sides.Add(Warm(new LoopSide(step.CreateNetwork(device, Norm), step.Batch, LoopSteps)));
            }

            if (pruned == 0)
            {
                AddPeers(sides, step, precision, trains, row);
            }

            var times = sides.Select(_ => new List<double>()).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var side = 0; side < sides.Count; side++)
                {
                    times[side].Add(sides[side].Time(Seconds));
                }
            }

            Tell(sides, times, step.Batch, row);
        }
        finally
        {
            foreach (var side in sides)
            {
                GpuPart.Guard(result, side.Name, side.Dispose);
            }
        }
    }

    private IStepSide Warm(IStepSide side)
    {
        try
        {
            side.Time(Math.Min(2 * Seconds, MostWarmUpSeconds));
            return side;
        }
        catch
        {
            side.Dispose();
            throw;
        }
    }

    private void AddPeers(List<IStepSide> sides, GpuStepCase step, Precision precision, bool trains, List<(string, object?)> row)
    {
        foreach (var mode in _python is null ? [] : Modes)
        {
            if (_peer is not { IsAlive: true })
            {
                _peer?.Dispose();
                _peer = PeerProcess.Start(_python!, _script, out var problem);
                if (_peer is null)
                {
                    row.Add(($"PyTorch {mode}", problem));
                    continue;
                }
            }

            try
            {
                sides.Add(Warm(new PeerSide(_peer, step, precision, trains, Norm.ToString().ToLowerInvariant(), mode)));
            }
            catch (InvalidOperationException e)
            {
                row.Add(($"PyTorch {mode}", GpuPart.OneLine(e)));
            }
        }
    }

    private static void Tell(List<IStepSide> sides, List<double>[] times, int batch, List<(string, object?)> row)
    {
        var medians = new double[sides.Count];
        for (var side = 0; side < sides.Count; side++)
        {
            times[side].Sort();
            medians[side] = StepTimer.Median(times[side]);
            row.Add(($"{sides[side].Name} ms", medians[side]));
            row.Add(($"{sides[side].Name} range", $"{ResultFile.Text(times[side][0])}..{ResultFile.Text(times[side][^1])}"));
        }

        row.Add(("Recede images/s", 1e3 * batch / medians[0]));
        for (var side = 0; side < sides.Count; side++)
        {
            if (sides[side] is PeerSide)
            {
                row.Add(($"{sides[side].Name} / Recede", medians[side] / medians[0]));
            }
        }
    }
}
