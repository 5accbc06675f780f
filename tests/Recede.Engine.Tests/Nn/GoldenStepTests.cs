using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Nn;

/// <summary>
/// Two training steps of a narrow VGG and a narrow ResNet against PyTorch's on the same weights and batch
/// (Golden/make_training_step.py): loss, gradients, updated weights, momentum, running statistics, inference.
/// </summary>
[TestFixture(CpuTestDevice.Name)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class GoldenStepTests(string device) : DeviceFixture(device)
{
    // A convolution's bias ahead of a norm has no gradient but rounding noise; 1e-6 is the noise of sums of 256
    // float32 terms of order 1e-2.
    private const double Floor = 1e-6;

    [Test]
    public void Vgg() => Check("training_step_vgg", VggOf, name => name);

    [Test]
    public void ResNet() => Check("training_step_resnet", ResNetOf, GoldenNameOf);

    private static Network VggOf(Device device)
    {
        var images = new ChannelSpace("images", 3, prunable: false);
        var a = new ChannelSpace("features.0", 6);
        var b = new ChannelSpace("features.3", 7);
        var c = new ChannelSpace("features.7", 9);
        var classes = new ChannelSpace("classes", 5, prunable: false);
        var root = new Sequential(
            "",
            new Conv2d(device, "features.0", images, a, Conv2dOptions.Kernel3(bias: true)),
            new BoundedBatchNorm(device, "features.1", a, relu: true),
            new Conv2d(device, "features.3", a, b, Conv2dOptions.Kernel3(bias: true)),
            new BoundedBatchNorm(device, "features.4", b, relu: true),
            new MaxPool2d("features.6", 2, 2),
            new Conv2d(device, "features.7", b, c, Conv2dOptions.Kernel3(bias: true)),
            new BoundedBatchNorm(device, "features.8", c, relu: true),
            new AveragePool2d("features.10", 2, 2),
            new Flatten("flatten"),
            new Linear(device, "classifier", c.Repeated("flatten", 4), classes));
        return new Network("golden-vgg", device, root, new Shape(1, 8, 8, 3));
    }

    private static Network ResNetOf(Device device) => Engine.Nn.ResNet.Cifar(
        "golden-resnet", device, 1, [3, 6, 11], new NetworkOptions { Height = 8, Width = 8, Classes = 5 });

    private static string GoldenNameOf(string path)
    {
        path = path.Replace("fc.", "classifier.", StringComparison.Ordinal);
        for (var stage = 1; stage <= 3; stage++)
        {
            path = path.Replace($"layer{stage}.", $"stages.{stage - 1}.", StringComparison.Ordinal);
        }

        path = path.Replace("bn", "norm", StringComparison.Ordinal);
        return path.StartsWith("stages", StringComparison.Ordinal)
            ? path
            : path.Replace("conv1.", "conv.", StringComparison.Ordinal).Replace("norm1.", "norm.", StringComparison.Ordinal);
    }

    private void Check(string file, Func<Device, Network> make, Func<string, string> goldenName)
    {
        var golden = Golden.Load(file + ".json");
        using var device = Kind.Open();
        using var network = make(device);
        foreach (var parameter in network.Parameters.Where(p => p.Trainable))
        {
            parameter.Set(golden.Floats($"initial.{goldenName(parameter.Path)}"));
        }

        var rate = (float)golden.Number("run", "learningRate");
        var sgd = new Sgd(
            ParameterGroups.FromRecipe(
                network.Parameters, (float)golden.Number("run", "weightDecay"), (float)golden.Number("run", "scaleLearningRateFactor")),
            rate,
            (float)golden.Number("run", "momentum"),
            golden.Flag("run", "nesterov"));
        using var tape = new Tape(device);
        var shape = new Shape(4, 8, 8, 3);
        for (var step = 1; step <= golden.Integer("run", "steps"); step++)
        {
            using (tape.BeginStep(training: true))
            {
                var logits = network.Forward(tape, tape.Input(golden.Floats("images"), shape));
                tape.Keep(logits);
                var loss = tape.CrossEntropy(logits, tape.Input(golden.Integers("labels"))).Loss;
                var scales = network.Norms.Select(n => tape.Bind(n.Scale)).ToArray();
                var penalty = tape.PolarisingPenalty(scales, (float)golden.Number("run", "lambda"), (float)golden.Number("run", "shift"));
                tape.Backward(tape.Add(loss, penalty));
                Close(logits.ToArray(), golden, $"step{step}.logits");
                Close([loss.Item()], golden, $"step{step}.loss");
                Close([penalty.Item()], golden, $"step{step}.penalty");
            }

            if (step == 1)
            {
                CheckGradients(network, golden, goldenName);
            }

            sgd.Update();
            sgd.ZeroGradients();
        }

        foreach (var parameter in network.Parameters)
        {
            var name = goldenName(parameter.Path);
            Close(parameter.ToArray(), golden, $"updated.{name}");
            if (parameter.Trainable)
            {
                Close(parameter.CompanionToArray("momentum"), golden, $"momentum.{name}");
            }
        }

        using (tape.BeginStep(training: false))
        {
            var logits = network.Forward(tape, tape.Input(golden.Floats("images"), shape));
            Close(logits.ToArray(), golden, "inferenceLogits");
        }
    }

    private static void CheckGradients(Network network, Golden golden, Func<string, string> goldenName)
    {
        foreach (var parameter in network.Parameters.Where(p => p.Trainable))
        {
            var name = goldenName(parameter.Path);
            var expected = golden.Doubles($"gradient.{name}");
            if (golden.Has($"penaltyGradient.{name}"))
            {
                expected = [.. expected.Zip(golden.Doubles($"penaltyGradient.{name}"), (a, b) => a + b)];
            }

            TensorAssert.AreClose(parameter.GradientToArray(), expected, TensorAssert.PeerRelative, Floor, $"gradient.{name}");
        }
    }

    private static void Close(float[] actual, Golden golden, string name) =>
        TensorAssert.AreClose(actual, golden.Doubles(name), TensorAssert.PeerRelative, Floor, name);
}
