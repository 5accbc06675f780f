using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Nn;

/// <summary>Whole networks with several threads: inside an op, and serving one network at the same time.</summary>
[TestFixture]
internal sealed class ThreadTests
{
    private const int Callers = 4;
    private const int Rounds = 6;

    [TestCase("vgg")]
    [TestCase("resnet")]
    public void Training_steps_give_the_same_bits_with_any_number_of_threads(string kind)
    {
        using var alone = Device.Cpu(1);
        using var expected = SmallNetworks.Trained(kind, alone, Norm.Bounded);
        foreach (var threads in new[] { 2, 5 })
        {
            using var device = Device.Cpu(threads);
            using var network = SmallNetworks.Trained(kind, device, Norm.Bounded);
            for (var i = 0; i < network.Parameters.Count; i++)
            {
                TensorAssert.AreSameBits(
                    network.Parameters[i].ToArray(), expected.Parameters[i].ToArray(), $"{network.Parameters[i].Path}, {threads} threads");
            }
        }
    }

    [TestCase("imagenet-vgg", 1)]
    [TestCase("resnet", 1)]
    [TestCase("resnet", 3)]
    public void One_network_serves_several_threads_at_once_with_the_results_of_one(string kind, int threads)
    {
        using var device = Device.Cpu(threads);
        using var network = SmallNetworks.Trained(kind, device, Norm.Plain);
        var held = device.LiveBytes;
        var batches = new float[Callers][];
        var expected = new float[Callers][];
        for (var caller = 0; caller < Callers; caller++)
        {
            // Batches of different sizes: neighbours in time differ in every workspace and every cut.
            batches[caller] = StepRunner.Images(network.ImageShape.WithN(caller + 1), (ulong)(40 + caller));
            using var tape = new Tape(device);
            expected[caller] = Logits(network, tape, batches[caller], caller + 1);
        }

        var results = new float[Callers][][];
        var failures = new Exception?[Callers];
        using var start = new Barrier(Callers);
        var serving = new Thread[Callers];
        for (var caller = 0; caller < Callers; caller++)
        {
            var mine = caller;
            serving[mine] = new Thread(() =>
            {
                try
                {
                    using var tape = new Tape(device);
                    start.SignalAndWait();
                    results[mine] = [.. Enumerable.Range(0, Rounds).Select(_ => Logits(network, tape, batches[mine], mine + 1))];
                }
#pragma warning disable CA1031 // Reported below, on the test's own thread.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failures[mine] = e;
                }
            });
            serving[mine].Start();
        }

        foreach (var thread in serving)
        {
            thread.Join();
        }

        Assert.That(failures, Is.All.Null);
        for (var caller = 0; caller < Callers; caller++)
        {
            for (var round = 0; round < Rounds; round++)
            {
                TensorAssert.AreSameBits(results[caller][round], expected[caller], $"caller {caller}, round {round}");
            }
        }

        Assert.That(device.LiveBytes, Is.EqualTo(held), "every tape gave its arena back");

        // No reader is left: the network can be pruned.
        foreach (var parameter in network.Parameters)
        {
            using var shrink = parameter.PrepareShrink([], []);
        }
    }

    private static float[] Logits(Network network, Tape tape, float[] images, int count)
    {
        using var step = tape.BeginStep(training: false);
        return network.Forward(tape, tape.Input(images, network.ImageShape.WithN(count))).ToArray();
    }
}
