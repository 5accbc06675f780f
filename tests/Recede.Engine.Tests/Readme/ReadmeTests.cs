using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Readme;

/// <summary>What the README shows is compiled here, run, and the same to the letter.</summary>
[TestFixture]
internal sealed class ReadmeTests
{
    [Test]
    public void TheEmbeddingExampleRunsPrunesAndSaves()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "small.safetensors");
        var shape = new Shape(8, 32, 32, 3);
        var plan = EmbeddingExample.Run(
            Enumerable.Range(0, 2).Select(i => (StepRunner.Images(shape, (ulong)i), Enumerable.Range(0, 8).ToArray())),
            file);
        Assert.That(plan.AchievedRatio, Is.GreaterThan(0.75));
        Assert.That(plan.After.Parameters, Is.LessThan(plan.Before.Parameters / 2));
        using var device = Device.Cpu(1);
        using var network = Checkpoint.Load(file, device);
        Assert.That(network.Cost().Parameters, Is.EqualTo(plan.After.Parameters));
    }

    [Test]
    public void TheOwnLayerWorksAndItsGradientToo()
    {
        using var device = Device.Cpu(2);
        var images = new ChannelSpace("images", 3, prunable: false);
        var classes = new ChannelSpace("classes", 2, prunable: false);
        using var network = new Network(
            "own", device, new Sequential("", new Times("times", 3), new GlobalAveragePool("pool"), new Linear(device, "fc", images, classes)), new Shape(1, 2, 2, 3));
        network.Parameters[0].Set([1, 0, 0, 0, 1, 0]);
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            var x = tape.Input([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3], new Shape(1, 2, 2, 3), needsGradient: true);
            tape.Keep(x);
            var logits = network.Forward(tape, x);
            Assert.That(logits.ToArray(), Is.EqualTo((float[])[3, 6]));
            tape.Backward(tape.CrossEntropy(logits, tape.Input((int[])[1])).Loss);
            var dx = new float[12];
            tape.ReadGradient(x, dx);

            // dL/dlogit 0 = softmax = 1 / (1 + e^3); by the layer times 3, by the mean over 4 pixels.
            var expected = 3.0 / 4 / (1 + Math.Exp(3));
            TensorAssert.AreClose(dx, Enumerable.Range(0, 12).Select(i => i % 3 == 0 ? expected : i % 3 == 1 ? -expected : 0).ToArray(), 1e-6, what: "dx");
        }
    }

    [TestCase("EmbeddingExample.cs", 23)]
    [TestCase("OwnOpExample.cs", 32)]
    public void TheReadmeShowsTheExampleToTheLetter(string file, int mostLines)
    {
        var source = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Recede.Engine.Tests", "Readme", file));
        var from = Array.FindIndex(source, l => l.Trim() == "// <readme>");
        var to = Array.FindIndex(source, l => l.Trim() == "// </readme>");
        var indent = source[from].Length - source[from].TrimStart().Length;
        var example = source[(from + 1)..to].Select(l => l.Length > indent ? l[indent..] : "").ToArray();
        Assert.That(example.Count(l => l.Trim().Length > 1), Is.LessThanOrEqualTo(mostLines), "lines with more than a brace");
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n");
        Assert.That(readme, Does.Contain("```csharp\n" + string.Join("\n", example) + "\n```"));
    }
}
