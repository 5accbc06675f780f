using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Tests.Pruning;

/// <summary>Small networks of every kind of coupling, with scores that differ from channel to channel.</summary>
internal static class SmallNetworks
{
    public static readonly string[] Kinds = ["vgg", "resnet", "imagenet-vgg", "bottleneck"];

    public static Network Create(string kind, Device device, Norm norm, ulong seed = 7)
    {
        var options = new NetworkOptions { Height = 12, Width = 12, Classes = 5, Norm = norm, Seed = seed };
        var network = kind switch
        {
            "vgg" => Vgg.Cifar("vgg", device, [13, 24, 0, 37, 40], options),
            "resnet" => ResNet.Cifar("resnet", device, 2, [8, 17, 20], options),
            "imagenet-vgg" => Vgg.ImageNet("imagenet-vgg", device, [9, 0, 21, 0], options),
            "bottleneck" => ResNet.ImageNet("bottleneck", device, 50, options with { Height = 32, Width = 32 }),
            _ => throw new ArgumentException(kind),
        };
        foreach (var layer in network.Norms)
        {
            // Plain norms start with equal scales and no shift; tests want both to differ.
            if (layer is BatchNorm plain)
            {
                Initializer.Normal(plain.Scale, 0.5, seed);
                Initializer.Normal(plain.Shift, 0.3, seed);
            }
        }

        return network;
    }

    /// <summary>A network with trained-looking state: a few steps on random data.</summary>
    public static Network Trained(string kind, Device device, Norm norm, int steps = 3)
    {
        var network = Create(kind, device, norm);
        using var run = new StepRunner(network);
        for (var step = 0; step < steps; step++)
        {
            run.Step(step);
        }

        return network;
    }

    public static float[] Logits(Network network, int images = 3)
    {
        using var tape = new Tape(network.Device);
        using (tape.BeginStep(training: false))
        {
            var shape = network.ImageShape.WithN(images);
            return network.Forward(tape, tape.Input(StepRunner.Images(shape, 99), shape)).ToArray();
        }
    }
}
