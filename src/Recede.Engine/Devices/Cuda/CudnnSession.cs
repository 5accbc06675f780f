using Recede.Cuda.Cudnn;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// cuDNN on a device's stream: its handle and the plans of all convolutions met so far. Threads may share it; each call takes
/// the device's turn.
/// </summary>
/// <remarks>
/// Making a plan asks the library for much, allocates and may compile, so it does not happen while a stream is being captured:
/// a step that is captured has run once before.
/// </remarks>
internal sealed class CudnnSession : IDisposable
{
    private readonly CudaDevice _device;
    private readonly Dictionary<ConvolutionPlanKey, ConvolutionPlan> _plans = [];
    private readonly CudnnHandle _library;
    private readonly ConvolutionPlanner _planner;
    private readonly PlanTimer? _timer;

    /// <summary>Opens the library.</summary>
    /// <param name="device">The device, whose turn the caller has. Its options tell which engines are allowed and how they are
    /// chosen.</param>
    public CudnnSession(CudaDevice device)
    {
        _device = device;
        _library = CudnnHandle.Create();
        try
        {
            Native.cudnnSetStream(_library.Value, device.Stream).Check();
            _planner = new ConvolutionPlanner(_library.Value, device.Options);
            _timer = device.Options.PlanSelection == PlanSelection.Measured ? new PlanTimer(device, _library.Value) : null;
        }
        catch
        {
            _library.Dispose();
            throw;
        }
    }

    /// <summary>Number of plans that are held, those that stand for a refusal included.</summary>
    public int PlanCount
    {
        get
        {
            using var turn = _device.Enter();
            return _plans.Count;
        }
    }

    /// <summary>The plan for a convolution, made when first asked for. Another thread may prune, and so retire it: who looks for
    /// a plan to run it keeps the device's turn until it has run.</summary>
    /// <returns>A plan, which may be one that says that cuDNN has none.</returns>
    public ConvolutionPlan Find(in ConvolutionPlanKey key)
    {
        using var turn = _device.Enter();
        if (!_plans.TryGetValue(key, out var plan))
        {
            _device.CheckNotCapturing("a convolution is planned");
            plan = Make(key);
            _plans.Add(key, plan);
        }

        plan.IsCaptured |= _device.IsCapturing;
        return plan;
    }

    /// <summary>Queues a run of a plan.</summary>
    /// <param name="plan">One that is available.</param>
    /// <param name="operands">Device addresses.</param>
    /// <param name="workspace">At least as many bytes as the plan says.</param>
    public void Execute(ConvolutionPlan plan, in ConvolutionOperands operands, nint workspace)
    {
        using var turn = _device.Enter();
        plan.Execute(_library.Value, operands, workspace);
    }

    /// <summary>Frees the plans: after a network was pruned most are for shapes that are gone, and the others are soon made
    /// anew. The device calls this while its context is current and nothing runs.</summary>
    /// <param name="keepCaptured">Leave those that a graph was captured with.</param>
    public void Retire(bool keepCaptured)
    {
        foreach (var (key, plan) in _plans)
        {
            if (!(keepCaptured && plan.IsCaptured))
            {
                // A dictionary allows that of what is being enumerated.
                _plans.Remove(key);
                plan.Dispose();
            }
        }
    }

    /// <summary>Frees everything; the device calls this while its context is current and nothing runs.</summary>
    public void Dispose()
    {
        foreach (var plan in _plans.Values)
        {
            plan.Dispose();
        }

        _plans.Clear();
        _timer?.Dispose();
        _library.Dispose();
    }

    private ConvolutionPlan Make(in ConvolutionPlanKey key)
    {
        var most = _timer is null ? 1 : PlanTimer.MostCandidates;
        var plans = _planner.Plans(key, most, out var refusal);
        return plans.Count switch
        {
            0 => new ConvolutionPlan(refusal),
            1 => plans[0],
            _ => _timer!.Fastest(key, plans),
        };
    }
}
