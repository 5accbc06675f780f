using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Libraries;

/// <summary>A step of convolutions and a linear layer on CUDA and on the CPU, whatever cuDNN offers.</summary>
[TestFixture]
internal sealed class ConvolutionStepTests
{
    // The devices add in other orders; sums of at most 3,000 products.
    private const double Allowance = 1e-5;

    private static readonly Shape Images = new(3, 5, 6, 7);
    private static readonly Conv2dArguments Same = Conv2dArguments.Square(padding: 1);

    [Test]
    public void Gradients_add_up_also_where_cudnn_will_not_add([Values] bool refuses)
    {
        float[][] expected;
        using (var cpu = Engine.Devices.Device.Cpu(1))
        {
            expected = Step(cpu);
        }

        using var run = new LibraryDevice();
        LibraryDevice.Refuse(refuses ? LibraryDevice.Refusal.Accumulate : LibraryDevice.Refusal.None);
        var actual = Step(run.Device);
        for (var i = 0; i < expected.Length; i++)
        {
            TensorAssert.AreClose(actual[i], expected[i], Allowance, what: $"tensor {i}");
        }

        Assert.That(run.StandIn.Runs("cudnn.forward"), Is.EqualTo(2));
        Assert.That(run.StandIn.Runs("cudnn.backward_data"), Is.EqualTo(2));
        Assert.That(run.StandIn.Runs("cudnn.backward_filter"), Is.EqualTo(2));
        Assert.That(run.StandIn.Runs("cublasSgemm_v2"), Is.EqualTo(3));
        Assert.That(run.StandIn.Runs("add_bias_f32"), Is.EqualTo(3));

        // The filters that two layers share, and the activation that two ops read.
        Assert.That(run.StandIn.Runs("convert_f32_to_f32"), Is.EqualTo(refuses ? 2 : 0));
    }

    [Test]
    public void A_convolution_that_cudnn_has_no_engine_for_is_an_error_that_names_it()
    {
        using var run = new LibraryDevice();
        LibraryDevice.Refuse(LibraryDevice.Refusal.All);
        Assert.That(
            () => Step(run.Device),
            Throws.ArgumentException.With.Message.Contains("Conv2d layer").And.Message.Contains("x [3,5,6,7], weight [7,3,3,7]")
                .And.Message.Contains("CUDNN_STATUS_NOT_SUPPORTED"));
    }

    // x is read by two ops and the filters by two layers, so that their gradients accumulate.
    private static float[][] Step(Engine.Devices.Device device)
    {
        using var filters = Parameter(device, "filters", ParameterRole.Weight, new(7, 3, 3, 7), 1);
        using var bias = Parameter(device, "bias", ParameterRole.Bias, Shape.Vector(7), 2);
        using var weight = Parameter(device, "weight", ParameterRole.Weight, new(10, 1, 1, 7), 3);
        using var weightBias = Parameter(device, "weight bias", ParameterRole.Bias, Shape.Vector(10), 4);
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            tape.Scope = "layer";
            var x = tape.Input(Floats(Images.Count, 5), Images, needsGradient: true);
            var (w, b) = (tape.Bind(filters), tape.Bind(bias));
            var first = tape.Conv2d(x, w, b, Same);
            var second = tape.Conv2d(first, w, b, Same);
            var pooled = tape.GlobalAveragePool(tape.Add(first, second));
            var logits = tape.Linear(pooled, tape.Bind(weight), tape.Bind(weightBias));
            var loss = tape.CrossEntropy(logits, tape.Input([1, 9, 0])).Loss;
            var (y, z) = (second.ToArray(), logits.ToArray());
            tape.Backward(loss);
            var dx = new float[Images.Count];
            tape.ReadGradient(x, dx);
            return
            [
                y, z, [loss.Item()], dx, filters.GradientToArray(), bias.GradientToArray(), weight.GradientToArray(),
                weightBias.GradientToArray(),
            ];
        }
    }

    private static Parameter Parameter(Engine.Devices.Device device, string path, ParameterRole role, Shape shape, int seed)
    {
        var parameter = new Parameter(device, path, role, shape);
        parameter.Set(Floats(shape.Count, seed));
        return parameter;
    }

    private static float[] Floats(long count, int seed) => Array.ConvertAll(LibraryDevice.Values(count, seed), v => (float)v);
}
