using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>One norm with its parameters, and what a step of it gave: row-major.</summary>
internal sealed class NormRun : IDisposable
{
    private readonly Device _device;
    private readonly Shape _shape;
    private readonly Parameter _scale;
    private readonly Parameter? _shift;

    /// <summary>A norm for x of this shape, which disposes the device; bounded when there is no <paramref name="beta"/>.</summary>
    public NormRun(Device device, Shape shape, float[] scale, float[]? beta, float[] runningMean, float[] runningVariance)
    {
        _device = device;
        _shape = shape;
        _scale = Make("scale", beta is null ? ParameterRole.BoundedScale : ParameterRole.Scale, scale);
        _shift = beta is null ? null : Make("shift", ParameterRole.Shift, beta);
        RunningMean = Make("runningMean", ParameterRole.RunningMean, runningMean);
        RunningVariance = Make("runningVariance", ParameterRole.RunningVariance, runningVariance);
    }

    /// <summary>What the tape's arena has held before the step: beyond what caches keep, the CPU streams its results.</summary>
    public long Held { get; set; }

    public Parameter RunningMean { get; }

    public Parameter RunningVariance { get; }

    public float[] Y { get; private set; } = [];

    public float[] Dx { get; private set; } = [];

    public float[] DResidual { get; private set; } = [];

    public float[] DScale => _scale.GradientToArray();

    public float[]? DShift => _shift?.GradientToArray();

    /// <summary>A bounded norm with running statistics 0 and 1.</summary>
    public static NormRun Bounded(Device device, Shape shape, float[] w)
    {
        var ones = new float[shape.C];
        Array.Fill(ones, 1);
        return new NormRun(device, shape, w, null, new float[shape.C], ones);
    }

    public void Evaluate(float[] x, in NormArguments args, float[]? residual = null)
    {
        using var tape = new Tape(_device);
        using (tape.BeginStep(training: false))
        {
            var skip = residual is null ? Tensor.None : tape.Input(residual, _shape);
            Y = Call(tape, tape.Input(x, _shape), args, skip).ToArray();
        }
    }

    /// <summary>A training step; the gradient at y is <paramref name="dy"/>.</summary>
    public void Train(float[] x, float[] dy, in NormArguments args, float[]? residual = null, bool ownResidual = false)
    {
        using var tape = new Tape(_device) { CheckFinite = true };
        if (Held > 0)
        {
            tape.Arena.Return(tape.Arena.Rent(Held));
        }

        using (tape.BeginStep(training: true))
        {
            var input = tape.Input(x, _shape, needsGradient: true);
            var skip = ownResidual ? input : residual is null ? Tensor.None : tape.Input(residual, _shape, needsGradient: true);
            var y = Call(tape, input, args, skip);
            Y = y.ToArray();
            tape.Backward(WeightedSum.Of(tape, y, tape.Input(dy, _shape)));
            Dx = Gradient(tape, input);
            DResidual = residual is null ? [] : Gradient(tape, skip);
        }
    }

    public void Dispose()
    {
        _scale.Dispose();
        _shift?.Dispose();
        RunningMean.Dispose();
        RunningVariance.Dispose();
        _device.Dispose();
    }

    private Tensor Call(Tape tape, Tensor x, in NormArguments args, Tensor residual)
    {
        Tensor mean = tape.Bind(RunningMean), variance = tape.Bind(RunningVariance);
        return _shift is null
            ? tape.BoundedBatchNorm(x, tape.Bind(_scale), mean, variance, args, residual)
            : tape.BatchNorm(x, tape.Bind(_scale), tape.Bind(_shift), mean, variance, args, residual);
    }

    private float[] Gradient(Tape tape, Tensor tensor)
    {
        var gradient = new float[_shape.Count];
        tape.ReadGradient(tensor, gradient);
        return gradient;
    }

    private Parameter Make(string path, ParameterRole role, float[] values)
    {
        var parameter = new Parameter(_device, path, role, Shape.Vector(_shape.C));
        parameter.Set(values);
        return parameter;
    }
}
