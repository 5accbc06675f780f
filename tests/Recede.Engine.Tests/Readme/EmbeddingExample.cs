using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Readme;

/// <summary>The README's first example, as it stands there.</summary>
internal static class EmbeddingExample
{
    public static PruningPlan Run(IEnumerable<(float[] Images, int[] Labels)> batches, string file)
    {
        // <readme>
        using var device = Device.Cpu();
        using var network = Networks.CifarResNet(device, depth: 20, new NetworkOptions { Norm = Norm.Bounded });
        using var tape = new Tape(device);
        using var sgd = new Sgd(ParameterGroups.FromRecipe(network.Parameters, weightDecay: 1e-4f), learningRate: 0.1f);
        var penalty = new PolarisingPenalty(Lambda: 0.1f, Shift: 3);
        foreach (var (images, labels) in batches)               // float [N, 32, 32, 3] and int [N]
        {
            using (tape.BeginStep(training: true))
            {
                var logits = network.Forward(tape, tape.Input(images, network.ImageShape.WithN(labels.Length)));
                var loss = tape.CrossEntropy(logits, tape.Input(labels)).Loss;
                tape.Backward(tape.Add(loss, penalty.On(tape, network)));
            }

            sgd.Update();
            sgd.ZeroGradients();
        }

        var plan = OneShot.Plan(network, ratio: 0.9);           // a value: print it, save it
        Console.WriteLine(plan);                                // widths, parameters, FLOPs, bytes
        plan.Apply(network);                                    // weights, statistics and momentum shrink
        Checkpoint.Save(file, network);                         // Checkpoint.Load needs no class and no configuration
        using var frozen = network.Freeze();                    // for serving: each norm folded into its convolution
        // </readme>
        return plan;
    }
}
