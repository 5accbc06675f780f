using System.Text;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Pruning;

/// <summary>Plans as values, and what applying one does to memory.</summary>
[TestFixture]
internal sealed class PruningPlanTests
{
    [Test]
    public void BytesFallAsThePlanSays([ValueSource(typeof(SmallNetworks), nameof(SmallNetworks.Kinds))] string kind, [Values] Norm norm)
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Trained(kind, device, norm);
        var plan = OneShot.Plan(network, 0.8);
        Assert.That(plan.Before.PhysicalBytes, Is.EqualTo(ValueBytes(network)));
        var momentumBefore = MomentumBytes(network);
        var live = device.LiveBytes;
        var held = network.Parameters.Sum(p => p.HeldBytes);
        Assert.That(momentumBefore, Is.EqualTo(plan.Before.PhysicalBytes));
        plan.Apply(network);
        Assert.That(ValueBytes(network), Is.EqualTo(plan.After.PhysicalBytes));
        Assert.That(MomentumBytes(network), Is.EqualTo(plan.After.PhysicalBytes));
        Assert.That(network.Cost(), Is.EqualTo(plan.After));
        Assert.That(plan.After.PhysicalBytes, Is.LessThan(plan.Before.PhysicalBytes));
        Assert.That(live - device.LiveBytes, Is.EqualTo(held - network.Parameters.Sum(p => p.HeldBytes)));
    }

    [Test]
    public void PlansCompose()
    {
        using var device = Device.Cpu(2);
        using var twice = SmallNetworks.Trained("vgg", device, Norm.Plain);
        using var once = SmallNetworks.Create("vgg", device, Norm.Plain);
        once.CopyFrom(twice);
        var first = OneShot.Plan(twice, 0.3);
        first.Apply(twice);
        var second = OneShot.Plan(twice, 0.5);
        second.Apply(twice);
        var both = first.Then(second);
        both.Apply(once);
        Assert.That(both.After, Is.EqualTo(second.After));
        for (var i = 0; i < once.Parameters.Count; i++)
        {
            TensorAssert.AreSameBits(once.Parameters[i].ToArray(), twice.Parameters[i].ToArray(), once.Parameters[i].Path);
        }

        Assert.Throws<ArgumentException>(() => second.Then(first));
    }

    [Test]
    public void SavedAndLoadedItIsTheSame()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("resnet", device, Norm.Bounded);
        var plan = OneShot.Plan(network, 0.45);
        using var stream = new MemoryStream();
        plan.Save(stream);
        stream.Position = 0;
        var loaded = PruningPlan.Load(stream);
        Assert.That(loaded.ToString(), Is.EqualTo(plan.ToString()));
        Assert.That(loaded.After, Is.EqualTo(plan.After));
        Assert.That(plan.Widths.All(w => loaded.KeptOf(w.Space).SequenceEqual(plan.KeptOf(w.Space))));
        loaded.Apply(network);
        Assert.That(network.Cost(), Is.EqualTo(plan.After));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"format":"recede-pruning-plan","version":2}""")]
    [TestCase("""{"format":"recede-pruning-plan","version":1,"network":"n","ratio":0.5,"spaces":[{"name":"a","width":3,"kept":[2,1]}]}""")]
    [TestCase("""{"format":"recede-pruning-plan","version":1,"network":"n","ratio":0.5,"spaces":[{"name":"a","width":3,"kept":[3]}]}""")]
    [TestCase("""{"format":"recede-pruning-plan","version":1,"network":"n","ratio":0.5,"spaces":[{"name":"a","width":3,"kept":[]}]}""")]
    [TestCase("""{"format":"recede-pruning-plan","version":1,"network":"n","ratio":"x","spaces":[]}""")]
    [TestCase("""{"format":"recede-pruning-plan","version":1,"network":"n","ratio":0.5,"spaces":[],"before":{"parameters":1,"multiplyAdds":1,"logicalBytes":1,"physicalBytes":1},"after":{"parameters":1,"multiplyAdds":1,"logicalBytes":1,"physicalBytes":1}}""")]
    [TestCase("""{"format":"recede-pruning-plan","version":1,"network":"n","ratio":1.5,"spaces":[{"name":"a","width":3,"kept":[1]}],"before":{"parameters":1,"multiplyAdds":1,"logicalBytes":1,"physicalBytes":1},"after":{"parameters":1,"multiplyAdds":1,"logicalBytes":1,"physicalBytes":1}}""")]
    public void BadFilesAreRefused(string text) =>
        Assert.Throws<InvalidDataException>(() => PruningPlan.Load(new MemoryStream(Encoding.UTF8.GetBytes(text))));

    [Test]
    public void ALiveStepIsRefusedAndNothingChanges()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var plan = OneShot.Plan(network, 0.5);
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            var shape = network.ImageShape.WithN(2);
            network.Forward(tape, tape.Input(StepRunner.Images(shape, 1), shape));
            var error = Assert.Throws<InvalidOperationException>(() => plan.Apply(network))!;
            Assert.That(error.Message, Does.Contain("in use by a step"));
        }

        Assert.That(network.Cost(), Is.EqualTo(plan.Before));
        plan.Apply(network);
        Assert.That(network.Cost(), Is.EqualTo(plan.After));
    }

    [Test]
    public void AStepOfAnotherThreadAndAShrinkExcludeOneAnother()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var shape = network.ImageShape.WithN(2);
        var images = StepRunner.Images(shape, 1);
        using var stop = new CancellationTokenSource();
        var serving = Task.Run(() =>
        {
            using var tape = new Tape(device);
            while (!stop.IsCancellationRequested)
            {
                using (tape.BeginStep(training: false))
                {
                    try
                    {
                        network.Forward(tape, tape.Input(images, shape)).ToArray();
                    }
                    catch (InvalidOperationException e) when (e.Message.Contains("is being pruned", StringComparison.Ordinal))
                    {
                        // Turned away, unharmed: the next step sees the network as it is then.
                    }
                }
            }
        });
        var shrinks = 0;
        for (var attempt = 0; attempt < 100_000 && shrinks < 20 && !serving.IsCompleted; attempt++)
        {
            try
            {
                PruningPlan.KeepAll(network).Apply(network);
                shrinks++;
            }
            catch (InvalidOperationException e) when (e.Message.Contains("in use by a step", StringComparison.Ordinal))
            {
                Thread.Yield();
            }
        }

        stop.Cancel();
        Assert.DoesNotThrow(serving.Wait);
        PruningPlan.KeepAll(network).Apply(network);
    }

    [Test]
    public void APreparedShrinkKeepsStepsOut()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var shape = network.ImageShape.WithN(2);
        using var tape = new Tape(device);
        using (network.Parameters[2].PrepareShrink([], []))
        using (tape.BeginStep(training: false))
        {
            var x = tape.Input(StepRunner.Images(shape, 1), shape);
            var error = Assert.Throws<InvalidOperationException>(() => network.Forward(tape, x))!;
            Assert.That(error.Message, Does.Contain(network.Parameters[2].Path).And.Contain("is being pruned"));
            Assert.Throws<InvalidOperationException>(() => PruningPlan.KeepAll(network).Apply(network));
        }

        PruningPlan.KeepAll(network).Apply(network);
        Assert.That(SmallNetworks.Logits(network), Is.All.Not.NaN);
    }

    [Test]
    public void DownToOneChannelALayerStillWorks()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Trained("resnet", device, Norm.Bounded);
        var plan = OneShot.Plan(network, 0.99, new PruningOptions { Scope = PruningScope.Local, MinimumChannels = 1 });
        Assert.That(plan.Widths.Select(w => w.After), Is.All.EqualTo(1));
        plan.Apply(network);
        using var run = new StepRunner(network);
        Assert.That(float.IsFinite(run.Step(3)));
    }

    [Test]
    public void AMinimumAboveALayersWidthKeepsItWhole()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var plan = OneShot.Plan(network, 0.9, new PruningOptions { MinimumChannels = 1_000 });
        Assert.That(plan.AchievedRatio, Is.Zero);
        plan.Apply(network);
        Assert.That(network.Cost(), Is.EqualTo(plan.Before));
    }

    [Test]
    public void AnotherNetworkIsRefusedAndNamed()
    {
        using var device = Device.Cpu(1);
        using var vgg = SmallNetworks.Create("vgg", device, Norm.Bounded);
        using var resnet = SmallNetworks.Create("resnet", device, Norm.Bounded);
        var plan = OneShot.Plan(vgg, 0.5);
        var error = Assert.Throws<ArgumentException>(() => plan.Apply(resnet))!;
        Assert.That(error.Message, Does.Contain("features.0").And.Contain("no such space"));
        plan.Apply(vgg);
        Assert.Throws<ArgumentException>(() => plan.Apply(vgg));
    }

    [Test]
    public void WhatComesOutOfTheNetworkIsNotPruned()
    {
        using var device = Device.Cpu(1);
        using var forgotten = Headless(prunable: true);
        var error = Assert.Throws<InvalidOperationException>(() => OneShot.Plan(forgotten, 0.5))!;
        Assert.That(error.Message, Does.Contain("classes(10)").And.Contain("prunable: false"));
        PruningPlan.KeepAll(forgotten).Apply(forgotten);
        using var declared = Headless(prunable: false);
        OneShot.Plan(declared, 0.5).Apply(declared);
        Assert.That(SmallNetworks.Logits(declared, 1), Has.Length.EqualTo(10));

        // By names and widths it would fit.
        using var stream = new MemoryStream();
        PruningPlan.KeepAll(forgotten).Save(stream);
        var text = Encoding.UTF8.GetString(stream.ToArray());
        var classes = text.IndexOf("\"classes\"", StringComparison.Ordinal);
        var (from, to) = (text.IndexOf('[', classes), text.IndexOf(']', classes));
        using var forged = new MemoryStream(Encoding.UTF8.GetBytes(text[..(from + 1)] + "0, 1, 2" + text[to..]));
        var plan = PruningPlan.Load(forged);
        Assert.That(() => plan.Apply(forgotten), Throws.InvalidOperationException.With.Message.Contains("classes(10)"));
        Assert.That(() => plan.Mask(forgotten), Throws.InvalidOperationException.With.Message.Contains("classes(10)"));

        Network Headless(bool prunable)
        {
            var images = new ChannelSpace("images", 3, prunable: false);
            var (hidden, classes) = (new ChannelSpace("hidden", 12), new ChannelSpace("classes", 10, prunable));
            return new Network(
                "all convolutions",
                device,
                new Sequential(
                    "",
                    new Conv2d(device, "conv1", images, hidden, Conv2dOptions.Kernel3(), 1),
                    new BoundedBatchNorm(device, "norm1", hidden, relu: true, 1),
                    new Conv2d(device, "conv2", hidden, classes, Conv2dOptions.Kernel1(), 2),
                    new BoundedBatchNorm(device, "norm2", classes, relu: false, 2),
                    new GlobalAveragePool("pool")),
                new Shape(1, 6, 6, 3));
        }
    }

    [Test]
    public void PrintedItShowsWidthsParametersFlopsAndBytes()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var text = OneShot.Plan(network, 0.5).ToString();
        Assert.That(text, Does.Contain("features.0").And.Contain("parameters").And.Contain("multiply-adds"));
        Assert.That(text, Does.Contain("logical bytes").And.Contain("physical bytes").And.Contain("50 %"));
    }

    [Test]
    public void ALiveRunGoesOnAfterTheShrink()
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Create("resnet", device, Norm.Bounded);
        using var run = new StepRunner(network);
        for (var step = 0; step < 5; step++)
        {
            run.Step(step);
        }

        var identities = network.Parameters.ToArray();
        OneShot.Plan(network, 0.6).Apply(network);
        Assert.That(network.Parameters, Is.EqualTo(identities));
        for (var step = 5; step < 10; step++)
        {
            Assert.That(float.IsFinite(run.Step(step)));
        }
    }

    private static long ValueBytes(Network network) => network.Parameters.Where(p => p.Trainable).Sum(p => p.Value.Bytes);

    private static long MomentumBytes(Network network) =>
        network.Parameters.Where(p => p.HasCompanion("momentum")).Sum(p => p.CompanionBuffer("momentum").Bytes);
}
