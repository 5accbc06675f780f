using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>Checkpoints that version 0.1.0 wrote are read by every later one, to the bit.</summary>
internal sealed class GoldenCheckpointTests
{
    private Device _device = null!;

    [SetUp]
    public void SetUp() => _device = Device.Cpu(1);

    [TearDown]
    public void TearDown() => _device.Dispose();

    [Test]
    public void A_plain_network_is_read()
    {
        using var expected = GoldenCheckpoints.CreatePlain(_device);
        using var file = Check(GoldenCheckpoints.Plain, expected, types: null);
    }

    [Test]
    public void A_programs_own_layer_is_read()
    {
        using var expected = GoldenCheckpoints.CreateOwn(_device);
        using var file = Check(GoldenCheckpoints.Own, expected, GoldenCheckpoints.Types);
    }

    [Test]
    public void A_pruned_network_is_read_with_its_momentum_and_training()
    {
        using var expected = GoldenCheckpoints.CreatePruned(_device);
        using var file = Check(GoldenCheckpoints.Pruned, expected, types: null);
        using var network = file.ReadNetwork(_device);
        var (before, state) = (GoldenCheckpoints.CreateState(expected), new FitState(network));
        file.Restore(state);
        Assert.That((state.Epoch, state.Step, state.BestEpoch, state.Totals), Is.EqualTo((2, 1, 1, before.Totals)));
        Assert.That(state.Epochs, Has.Count.EqualTo(1));
        var (epoch, expectedEpoch) = (state.Epochs[0], before.Epochs[0]);
        Assert.That(epoch.Importances, Is.EqualTo(expectedEpoch.Importances));
        Assert.That(epoch with { Importances = expectedEpoch.Importances }, Is.EqualTo(expectedEpoch));

        // Better than 0.6 is a new best, 0.6 is none; and the training goes on as it was begun alone.
        Assert.That((state.Offer(0.6, keep: false), state.Offer(0.7, keep: false)), Is.EqualTo((false, true)));
        Assert.That(() => state.Begin(GoldenCheckpoints.Recipe, GoldenCheckpoints.Images()), Throws.Nothing);
        Assert.That(() => state.Begin(GoldenCheckpoints.Recipe with { Seed = 8 }, GoldenCheckpoints.Images()), Throws.ArgumentException);

        var data = new CheckpointData();
        file.Restore(data);
        Assert.That(data.Identity!.ToString(), Is.EqualTo("golden, 8 + 5 images of 6x6x3 in 3 classes"));
        Assert.That(data.Identity.Hash, Is.EqualTo(GoldenCheckpoints.Images().Identity.Hash));
    }

    [Test]
    public void What_is_read_and_written_again_has_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])[GoldenCheckpoints.Plain, GoldenCheckpoints.Pruned, GoldenCheckpoints.Own])
        {
            var again = Path.Combine(folder.Path, name);
            using var file = Checkpoint.Open(PathOf(name));
            using var network = file.ReadNetwork(_device, GoldenCheckpoints.Types);
            var state = name == GoldenCheckpoints.Pruned ? new FitState(network) : null;
            if (state is not null)
            {
                file.Restore(state);
            }

            Checkpoint.Save(again, network, state);
            Assert.That(File.ReadAllBytes(again), Is.EqualTo(File.ReadAllBytes(PathOf(name))), name);
        }
    }

    [Test]
    public void What_is_written_now_has_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        GoldenCheckpoints.Write(folder.Path);
        foreach (var name in (string[])[GoldenCheckpoints.Plain, GoldenCheckpoints.Pruned, GoldenCheckpoints.Own])
        {
            Assert.That(File.ReadAllBytes(Path.Combine(folder.Path, name)), Is.EqualTo(File.ReadAllBytes(PathOf(name))), name);
        }
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    private CheckpointFile Check(string name, Network expected, ModuleTypes? types)
    {
        var file = Checkpoint.Open(PathOf(name));
        using var network = file.ReadNetwork(_device, types);
        Assert.That(NetworkJson.Write(network), Is.EqualTo(NetworkJson.Write(expected)));
        Assert.That(network.Parameters.Select(parameter => parameter.ToString()), Is.EqualTo(expected.Parameters.Select(parameter => parameter.ToString())));
        foreach (var (parameter, known) in network.Parameters.Zip(expected.Parameters))
        {
            TensorAssert.AreSameBits(parameter.ToArray(), known.ToArray(), known.Path);
            Assert.That(parameter.CompanionNames, Is.EqualTo(known.CompanionNames), known.Path);
            foreach (var companion in known.CompanionNames)
            {
                TensorAssert.AreSameBits(parameter.CompanionToArray(companion), known.CompanionToArray(companion), known.Path);
            }
        }

        return file;
    }
}
