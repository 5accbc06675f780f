using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <summary>Runs the candidates for a convolution on memory of its own and keeps the fastest.</summary>
internal sealed class PlanTimer(CudaDevice device, nint library) : IDisposable
{
    /// <summary>How many candidates are worth a trial: the heuristics put the good ones first.</summary>
    public const int MostCandidates = 8;

    private const int Runs = 3;
    private const string Owner = "trial of convolution plans";

    private readonly DriverEvent _start = DriverEvent.Create(EventFlags.CU_EVENT_DEFAULT);
    private readonly DriverEvent _end = DriverEvent.Create(EventFlags.CU_EVENT_DEFAULT);

    /// <summary>The fastest of several plans; the others are disposed. Where memory for a trial is short, the one that the
    /// heuristics name first among those that fit.</summary>
    public ConvolutionPlan Fastest(in ConvolutionPlanKey key, List<ConvolutionPlan> plans)
    {
        var best = plans[0];
        try
        {
            var s = key.Shape;
            var (left, right, result) = key.Pass switch
            {
                ConvolutionPass.Forward => (Bytes(s.X, key.Type), FilterBytes(s.Weight, key.Type), Bytes(s.Y, key.ResultType)),
                ConvolutionPass.BackwardData => (Bytes(s.Y, key.Type), FilterBytes(s.Weight, key.Type), Bytes(s.X, key.ResultType)),
                _ => (Bytes(s.X, key.Type), Bytes(s.Y, key.Type), FilterBytes(s.Weight, key.ResultType)),
            };
            using var leftBuffer = device.Allocate(left, Owner);
            using var rightBuffer = device.Allocate(right, Owner);
            using var resultBuffer = device.Allocate(result, Owner);
            using var biasBuffer = device.Allocate(Bytes(Shape.Vector(s.Y.C), ElementType.Float32), Owner);
            using var workspace = device.Allocate(plans.Max(static plan => plan.WorkspaceBytes) + ConvolutionPlan.WorkspaceAlignment, Owner);
            var operands = new ConvolutionOperands(
                leftBuffer.Address, rightBuffer.Address, resultBuffer.Address, key.Bias ? biasBuffer.Address : 0);
            var bestTime = float.PositiveInfinity;
            foreach (var plan in plans)
            {
                var time = Time(plan, operands, ConvolutionPlan.Aligned(workspace.Address));
                if (time < bestTime)
                {
                    (best, bestTime) = (plan, time);
                }
            }
        }
        catch (DeviceOutOfMemoryException)
        {
            // The heuristics' order stands.
        }
        finally
        {
            foreach (var plan in plans)
            {
                if (plan != best)
                {
                    plan.Dispose();
                }
            }
        }

        return best;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _start.Dispose();
        _end.Dispose();
    }

    private float Time(ConvolutionPlan plan, in ConvolutionOperands operands, nint workspace)
    {
        // The first run may load code.
        plan.Execute(library, operands, workspace);
        Native.cuEventRecord(_start.Value, device.Stream).Check();
        for (var run = 0; run < Runs; run++)
        {
            plan.Execute(library, operands, workspace);
        }

        Native.cuEventRecord(_end.Value, device.Stream).Check();
        Native.cuEventSynchronize(_end.Value).Check();
        Native.cuEventElapsedTime(out var milliseconds, _start.Value, _end.Value).Check();
        return milliseconds;
    }

    private long Bytes(Shape shape, ElementType type) => device.PhysicalBytes(shape, TensorLayout.Activation, type);

    private long FilterBytes(Shape shape, ElementType type) => device.PhysicalBytes(shape, TensorLayout.Filter, type);
}
