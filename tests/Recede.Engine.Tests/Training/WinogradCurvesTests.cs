using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Nn;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>A training by Winograd's tiles follows the one whose every product is summed.</summary>
internal sealed class WinogradCurvesTests
{
    [TestCase("vgg")]
    [TestCase("resnet")]
    public void The_curves_agree(string kind)
    {
        var (direct, directBits) = Train(kind, winograd: false);
        var (tiles, tilesBits) = Train(kind, winograd: true);
        Assert.That(tilesBits, Is.Not.EqualTo(directBits), "tiles were used, and round in another way");
        for (var epoch = 0; epoch < direct.Count; epoch++)
        {
            var allowance = 0.001 * direct[0].TrainLoss;
            Assert.That(tiles[epoch].TrainLoss, Is.EqualTo(direct[epoch].TrainLoss).Within(allowance), $"training loss of epoch {epoch + 1}");
            Assert.That(tiles[epoch].Test.Loss, Is.EqualTo(direct[epoch].Test.Loss).Within(allowance), $"test loss of epoch {epoch + 1}");
        }
    }

    private static (IReadOnlyList<EpochReport> Epochs, float[] Weights) Train(string kind, bool winograd)
    {
        using var device = Device.Cpu(2, new CpuOptions { AllowWinograd = winograd });
        var shape = new NetworkOptions { Height = TinyImages.Size, Width = TinyImages.Size, Classes = TinyImages.Classes, Seed = 5 };
        using var network = kind == "vgg"
            ? Vgg.Cifar("tiny-vgg", device, [32, 0, 48, 0, 64], shape)
            : ResNet.Cifar("tiny-resnet", device, 1, [32, 48, 64], shape);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        var result = trainer.Fit(new FitOptions
        {
            Epochs = 8,
            BatchSize = 20,
            LearningRate = 0.05f,
            Decay = LearningRateDecay.Cosine,
            Penalty = new PolarisingPenalty(0.01f, 3),
            Seed = 11,
        });
        return (result.Epochs, network.Parameters[0].ToArray());
    }
}
