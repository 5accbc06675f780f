using Recede.Engine.Checkpoints;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Data;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>recede inspect</c>.</summary>
internal sealed class InspectCommandTests
{
    [Test]
    public void A_pruned_network_is_told_layer_by_layer()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "small.safetensors");
        using var device = Device.Cpu(1);
        using var network = Networks.Create("resnet-20", device, new NetworkOptions { Seed = 4 });
        network.Parameters[0].SetCompanion("momentum", new float[network.Parameters[0].Shape.Count]);
        var plan = OneShot.Plan(network, 0.5);
        plan.Apply(network);
        Checkpoint.Save(file, network);

        var run = ProgramRun.Of("inspect", file);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.OutputLines, Has.All.Length.LessThanOrEqualTo(80));
        Assert.That(run.OutputLines, Has.None.EndsWith(" "));
        Assert.That(run.OutputLines[0], Is.EqualTo("network  resnet-20: images 32x32x3, 10 classes"));
        Assert.That(run.OutputLines[1], Does.StartWith(FormattableString.Invariant($"size     {network.Cost().Parameters:N0} parameters, ")));
        Assert.That(run.OutputLines[2], Is.EqualTo("holds    momentum beside the parameters"));
        Assert.That(run.Output, Does.Contain("layer1.0.conv1").And.Contain("bounded-batch-norm").And.Contain("padded-shortcut"));
        Assert.That(run.Output, Does.Contain($"9 prunable spaces, {network.PrunableNorms.Sum(norm => norm.Space.Width)} channels"));
        Assert.That(run.Output, Does.Contain("Importances: channels in 20 bins"));
    }

    [TestCase("none.safetensors", "none.safetensors")]
    [TestCase("bad.safetensors", "no sound checkpoint")]
    public void A_file_that_is_none_is_one_line_and_exit_code_1(string name, string says)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "bad.safetensors"), "not this");
        var run = ProgramRun.Of("inspect", Path.Combine(folder.Path, name));
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Error, Does.Contain(says));
    }
}
