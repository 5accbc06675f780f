using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>
/// Built-in networks come back from a file bit for bit: the small ones with either norm, as they were made and pruned; the large ones, which
/// cost seconds each, pruned and with one norm by turns. Of VGGs in the ImageNet form one is here, since their tails are one; large
/// networks as they were made are in <see cref="CheckpointTests"/>.
/// </summary>
internal sealed class ZooTests
{
    private const int Size = 32;

    private static readonly Unsynced Files = new();

    private static readonly string[] Large = ["vgg-11", "vgg-13", "vgg-16", "vgg-19", "vgg-11-imagenet", "resnet-18", "resnet-34", "resnet-50"];

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var name in Networks.Names.Where(name => Large.Contains(name) || !name.StartsWith("vgg-1", StringComparison.Ordinal)))
        {
            var turn = Array.IndexOf(Large, name);
            foreach (var norm in turn < 0 ? [Norm.Bounded, Norm.Plain] : (Norm[])[turn % 2 == 0 ? Norm.Bounded : Norm.Plain])
            {
                yield return new TestCaseData(name, norm, turn >= 0);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void A_network_comes_back_as_it_was_and_pruned(string name, Norm norm, bool isLarge)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu(2);
        using var network = Networks.Create(name, device, new NetworkOptions { Norm = norm, Seed = 5, Height = Size, Width = Size, Classes = 3 });
        var file = Path.Combine(folder.Path, "network.safetensors");
        if (!isLarge)
        {
            CheckRoundTrip(network, file);
        }

        foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable && parameter.Shape.Count < 10_000))
        {
            parameter.SetCompanion("momentum", [.. Enumerable.Range(0, (int)parameter.Shape.Count).Select(i => i * 0.25f - 1)]);
        }

        // Not all of a plain norm's scales the same, or a threshold parts nothing.
        foreach (var norms in network.Norms)
        {
            norms.Scale.Set([.. norms.Scale.ToArray().Select((scale, i) => scale + i * 37 % 101 / 128f)]);
        }

        OneShot.Plan(network, 0.9).Apply(network);
        CheckRoundTrip(network, file);
    }

    private static void CheckRoundTrip(Network network, string file)
    {
        Checkpoint.Save(file, network, state: null, companions: true, Files);
        using var loaded = Checkpoint.Load(file, network.Device);
        Assert.That(NetworkJson.Write(loaded), Is.EqualTo(NetworkJson.Write(network)));
        Assert.That(loaded.Parameters, Has.Count.EqualTo(network.Parameters.Count));
        foreach (var (expected, actual) in network.Parameters.Zip(loaded.Parameters))
        {
            TensorAssert.AreSameBits(actual.ToArray(), expected.ToArray(), expected.Path);
            Assert.That(actual.CompanionNames, Is.EqualTo(expected.CompanionNames), expected.Path);
            foreach (var companion in expected.CompanionNames)
            {
                TensorAssert.AreSameBits(actual.CompanionToArray(companion), expected.CompanionToArray(companion), expected.Path);
            }
        }

        TensorAssert.AreSameBits(Logits(loaded), Logits(network), "logits");
    }

    private static float[] Logits(Network network)
    {
        using var tape = new Tape(network.Device);
        using (tape.BeginStep(training: false))
        {
            var image = Enumerable.Range(0, (int)network.ImageShape.Count).Select(i => i * 29 % 97 / 97f).ToArray();
            return network.Forward(tape, tape.Input(image, network.ImageShape)).ToArray();
        }
    }

    // What is read again at once need not reach the disk.
    private sealed class Unsynced : FileOperations
    {
        public override void Sync(Stream stream)
        {
        }
    }
}
