using System.Globalization;
using Recede.Engine.Checkpoints;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>docs/read_checkpoint.py, which knows nothing of the engine, reads what the engine wrote.</summary>
internal sealed class PythonReaderTests
{
    [Test]
    public void The_script_in_the_docs_reads_a_pruned_network()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "network.safetensors");
        using var device = Device.Cpu(1);
        using var network = Networks.Create("resnet-20", device, new NetworkOptions { Seed = 3 });
        OneShot.Plan(network, 0.5).Apply(network);
        Checkpoint.Save(path, network);

        var (exitCode, output, error) = Python.Run("numpy", Repository.PathOf("docs/read_checkpoint.py"), path);
        Assert.That(exitCode, Is.Zero, error);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.That(lines[0], Does.StartWith("resnet-20 [32, 32, 3] spaces: {'images': 3,"));
        Assert.That(lines, Has.Length.EqualTo(1 + network.Parameters.Count));
        for (var i = 0; i < network.Parameters.Count; i++)
        {
            var parameter = network.Parameters[i];
            var extents = string.Join(", ", Checkpoint.Extents(parameter.Shape));
            Assert.That(lines[i + 1], Does.StartWith($"{parameter.Path} [{extents}] "));
            var sum = double.Parse(lines[i + 1].Split(' ')[^1], CultureInfo.InvariantCulture);
            Assert.That(sum, Is.EqualTo(parameter.ToArray().Sum(value => (double)value)).Within(1e-6), parameter.Path);
        }
    }
}
