using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Bench.Ops;

/// <summary>Norms of batch 64 in training, "channels@size", with what is fused into them.</summary>
public class NormBenchmarks : OpBenchmarks
{
    private PreparedOperand _x = null!;
    private PreparedOperand _residual = null!;
    private PreparedOperand _moments = null!;
    private Parameter _scale = null!;
    private Parameter _shift = null!;
    private Parameter _mean = null!;
    private Parameter _variance = null!;
    private BackwardReplay _backward = null!;

    [Params("64@32", "256@8", "16@32")]
    public string Shape { get; set; } = "";

    [ParamsAllValues]
    public NormKind Kind { get; set; }

    private bool Bounded => Kind < NormKind.Plain;

    private bool HasResidual => Kind is NormKind.BoundedResidualRelu or NormKind.PlainResidualRelu;

    private NormArguments Arguments => new(1e-5f, 0.1f, Relu: Kind is not (NormKind.Bounded or NormKind.Plain));

    /// <summary>Behind a convolution, which has left the moments.</summary>
    [Benchmark]
    public void Forward() => Run(withMoments: true);

    /// <summary>Behind anything else: the norm computes the moments itself.</summary>
    [Benchmark]
    public void ForwardOwnMoments() => Run(withMoments: false);

    [Benchmark]
    public void Backward() => _backward.Run();

    protected override void Prepare()
    {
        var x = ActivationShape.Parse(Shape, Batch);
        var vector = Engine.Devices.Shape.Vector(x.C);
        _x = PreparedOperand.Normal(Device, x, 1);
        _residual = PreparedOperand.Normal(Device, x, 2);
        var moments = new Shape(2, 1, 1, x.C);
        var values = new float[moments.Count];
        Array.Fill(values, 1f, x.C, x.C);
        _moments = new PreparedOperand(Device, moments, values);
        _scale = OwnParameter("scale", Bounded ? ParameterRole.BoundedScale : ParameterRole.Scale, vector);
        _shift = OwnParameter("shift", ParameterRole.Shift, vector);
        _mean = OwnParameter("mean", ParameterRole.RunningMean, vector);
        _variance = OwnParameter("variance", ParameterRole.RunningVariance, vector);
        _variance.Set(values.AsSpan(x.C));
        _backward = Own(new BackwardReplay(Device));
        var input = _backward.Operand(x, 1);
        var residual = HasResidual ? _backward.Operand(x, 2) : Tensor.None;
        var scale = _backward.Bind(_scale);
        var shift = Bounded ? Tensor.None : _backward.Bind(_shift);
        _backward.Take(Apply(_backward.Tape, input, residual, scale, shift));
    }

    private void Run(bool withMoments)
    {
        using (Tape.BeginStep(training: true))
        {
            var x = _x.On(Tape);
            var residual = HasResidual ? _residual.On(Tape) : Tensor.None;
            var moments = _moments.On(Tape);
            if (withMoments)
            {
                Tape.AttachMoments(x, moments);
            }

            Apply(Tape, x, residual, Tape.Bind(_scale), Bounded ? Tensor.None : Tape.Bind(_shift));
        }
    }

    private Tensor Apply(Tape tape, Tensor x, Tensor residual, Tensor scale, Tensor shift) => Bounded
        ? tape.BoundedBatchNorm(x, scale, tape.Bind(_mean), tape.Bind(_variance), Arguments, residual)
        : tape.BatchNorm(x, scale, shift, tape.Bind(_mean), tape.Bind(_variance), Arguments, residual);
}
