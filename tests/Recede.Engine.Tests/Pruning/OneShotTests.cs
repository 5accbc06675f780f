using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Engine.Tests.Pruning;

/// <summary>Which channels stay.</summary>
[TestFixture]
internal sealed class OneShotTests
{
    // NumPy's default quantile, by hand.
    [TestCase(new[] { 1f, 2f, 3f, 4f }, 0.5, 2.5)]
    [TestCase(new[] { 4f, 1f, 3f, 2f }, 0.1, 1.3)]
    [TestCase(new[] { 5f }, 0.9, 5)]
    [TestCase(new[] { 0f, 10f }, 0.25, 2.5)]
    public void QuantileInterpolatesLinearly(float[] values, double ratio, double expected) =>
        Assert.That(OneShot.Quantile(values, ratio), Is.EqualTo(expected).Within(1e-7));

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(-1.0)]
    [TestCase(1.5)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void RatiosOutsideAreRefused(double ratio)
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => OneShot.Plan(network, ratio))!;
        Assert.That(error.Message, Does.Contain("above 0 and below 1"));
    }

    [Test]
    public void GloballyThoseStrictlyAboveTheQuantileStay()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var all = network.PrunableNorms.SelectMany(n => n.ChannelScores()).ToArray();
        var threshold = OneShot.Quantile(all, 0.6);
        var plan = OneShot.Plan(network, 0.6, new PruningOptions { MinimumChannels = 1 });
        foreach (var norm in network.PrunableNorms)
        {
            var scores = norm.ChannelScores();
            var expected = Enumerable.Range(0, scores.Length).Where(i => scores[i] > threshold).ToArray();
            Assert.That(expected, Is.Not.Empty);
            Assert.That(plan.KeptOf(norm.Space.Name).ToArray(), Is.EqualTo(expected), norm.Path);
        }

        Assert.That(plan.AchievedRatio, Is.EqualTo(0.6).Within(0.01));
    }

    [Test]
    public void LocallyEachLayerLosesTheSameShare()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Plain);
        var plan = OneShot.Plan(network, 0.5, new PruningOptions { Scope = PruningScope.Local });
        foreach (var width in plan.Widths)
        {
            Assert.That(width.After, Is.EqualTo(width.Before / 2), width.Space);
        }
    }

    [Test]
    public void ALayerKeepsItsBestAndTheLowerIndexWinsATie()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var weak = network.PrunableNorms.First();
        weak.Scale.Set([.. Enumerable.Range(0, weak.Space.Width).Select(i => i == 5 ? -8f : -9f)]);
        var plan = OneShot.Plan(network, 0.5);
        Assert.That(plan.KeptOf(weak.Space.Name).ToArray(), Is.EqualTo((int[])[0, 1, 5]));
        Assert.That(plan.AchievedRatio, Is.LessThan(0.5));
    }

    [Test]
    public void EqualScoresKeepTheMinimum()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        foreach (var norm in network.Norms)
        {
            Initializer.Constant(norm.Scale, 0.25f);
        }

        var plan = OneShot.Plan(network, 0.1);
        Assert.That(plan.Widths.Select(w => w.After), Is.All.EqualTo(3));
        Assert.That(plan.AchievedRatio, Is.GreaterThan(0.1));
    }

    [Test]
    public void RandomChannelsAtTheSameWidths()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("resnet", device, Norm.Bounded);
        var bounded = OneShot.Plan(network, 0.7);
        var random = OneShot.Plan(network, 0.7, new PruningOptions { Score = ChannelScore.Random, Seed = 3, WidthsOf = bounded });
        var again = OneShot.Plan(network, 0.7, new PruningOptions { Score = ChannelScore.Random, Seed = 3, WidthsOf = bounded });
        Assert.That(random.Widths, Is.EqualTo(bounded.Widths));
        Assert.That(random.Widths.All(w => random.KeptOf(w.Space).SequenceEqual(again.KeptOf(w.Space))));
        Assert.That(random.Widths.Any(w => !random.KeptOf(w.Space).SequenceEqual(bounded.KeptOf(w.Space))));
    }

    [Test]
    public void TheWidthsOfAPlanHoldBelowTheMinimumToo()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        network.Norms[0].Scale.Set([.. Enumerable.Range(0, network.Norms[0].Space.Width).Select(i => i == 5 ? 8f : -8f)]);
        var narrow = OneShot.Plan(network, 0.5, new PruningOptions { MinimumChannels = 1 });
        Assert.That(narrow.Widths[0].After, Is.EqualTo(1));
        var random = OneShot.Plan(network, 0.5, new PruningOptions { Score = ChannelScore.Random, WidthsOf = narrow });
        Assert.That(random.Widths, Is.EqualTo(narrow.Widths));
    }

    [Test]
    public void TheWidthsOfAPlanForAnotherNetworkAreRefused()
    {
        using var device = Device.Cpu(1);
        using var vgg = SmallNetworks.Create("vgg", device, Norm.Bounded);
        using var resnet = SmallNetworks.Create("resnet", device, Norm.Bounded);
        using var shorter = Vgg.Cifar("shorter", device, [13, 24], new NetworkOptions { Height = 12, Width = 12 });
        var plan = OneShot.Plan(vgg, 0.5);
        Assert.That(() => Again(resnet, plan), Throws.ArgumentException.With.Message.Contains("no such space"));
        Assert.That(() => Again(vgg, OneShot.Plan(shorter, 0.5)), Throws.ArgumentException.With.Message.Contains("does not speak of"));
        plan.Apply(vgg);
        Assert.That(() => Again(vgg, plan), Throws.ArgumentException.With.Message.Contains("features.0"));

        static PruningPlan Again(Network network, PruningPlan plan) => OneShot.Plan(network, 0.5, new PruningOptions { WidthsOf = plan });
    }

    [Test]
    public void ANaNScoreIsRefusedAndNamesTheNorm()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        var norm = network.PrunableNorms.Last();
        var values = norm.Scale.ToArray();
        values[4] = float.NaN;
        norm.Scale.Set(values);
        var error = Assert.Throws<InvalidOperationException>(() => OneShot.Plan(network, 0.5))!;
        Assert.That(error.Message, Does.Contain(norm.Path).And.Contain("channel 4"));
    }

    [Test]
    public void TheResidualStreamIsNotPruned()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("resnet", device, Norm.Bounded);
        var plan = OneShot.Plan(network, 0.9);
        Assert.That(plan.Widths.Select(w => w.Space), Is.All.EndsWith(".conv1"));
        Assert.That(plan.Widths, Has.Count.EqualTo(6));
    }
}
