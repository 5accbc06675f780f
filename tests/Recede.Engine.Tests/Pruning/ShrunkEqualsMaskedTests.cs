using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Pruning;

/// <summary>
/// A network whose channels are gone computes, and goes on learning, what the network does whose channels are masked.
/// </summary>
[TestFixture]
internal sealed class ShrunkEqualsMaskedTests
{
    private const double Relative = 1e-5;
    private const int ClassifierParameters = 2;
    private static readonly double[] Ratios = [0.1, 0.3, 0.5, 0.7, 0.9, 0.95];

    [Test]
    public void OutputsAgree(
        [ValueSource(typeof(SmallNetworks), nameof(SmallNetworks.Kinds))] string kind,
        [Values] Norm norm,
        [ValueSource(nameof(Ratios))] double ratio)
    {
        using var device = Device.Cpu(2);
        using var shrunk = SmallNetworks.Trained(kind, device, norm);
        using var masked = SmallNetworks.Create(kind, device, norm);
        masked.CopyFrom(shrunk, companions: true);
        var plan = OneShot.Plan(shrunk, ratio);
        plan.Mask(masked);
        plan.Apply(shrunk);
        TensorAssert.AreClose(SmallNetworks.Logits(shrunk), SmallNetworks.Logits(masked), Relative, what: "logits");
    }

    [Test]
    public void TwentyStepsAgree(
        [Values("vgg", "resnet")] string kind, [Values] Norm norm, [Values(0.1, 0.5, 0.9, 0.95)] double ratio, [Values] bool winograd)
    {
        // A width may decide for Winograd's tiles, which round a few times as much as sums of single products. Now and then that puts a
        // value on the other side of a ReLU's kink, and among the few pixels of these networks' last layers one changes every
        // gradient before it by percents. It cannot change the classifier's, which therefore agree in every step.
        var relative = winograd ? 100 * Relative : Relative;
        var kinksAllowed = winograd ? 2 : 0;
        using var device = Device.Cpu(2, new CpuOptions { AllowWinograd = winograd });
        using var shrunk = SmallNetworks.Trained(kind, device, norm);
        using var masked = SmallNetworks.Create(kind, device, norm);
        masked.CopyFrom(shrunk, companions: true);
        var plan = OneShot.Plan(shrunk, ratio);
        plan.Mask(masked);
        plan.Apply(shrunk);
        using var shrunkRun = new StepRunner(shrunk);
        using var maskedRun = new StepRunner(masked);
        var kept = masked.PrunableNorms.ToDictionary(n => n.Space, n => plan.KeptOf(n.Space.Name).ToArray());
        for (var step = 0; step < 20; step++)
        {
            // From equal state each time: rounding differences must not pile up through the steps.
            Overwrite(masked, shrunk, kept);
            shrunkRun.Step(step);
            maskedRun.Step(step);
            string? worst = null;
            for (var i = 0; i < shrunk.Parameters.Count; i++)
            {
                var small = shrunk.Parameters[i];
                var large = masked.Parameters[i];
                var what = $"step {step}: {small}";
                var found = Mismatch(small.ToArray(), Gathered(large, large.ToArray(), kept), relative, Floor(small), what)
                    ?? Mismatch(
                        small.CompanionToArray("momentum"), Gathered(large, large.CompanionToArray("momentum"), kept), relative, Floor(small), what + " momentum");
                Assert.That(found is null || i < shrunk.Parameters.Count - ClassifierParameters, Is.True, found);
                worst ??= found;
            }

            kinksAllowed -= worst is null ? 0 : 1;
            Assert.That(kinksAllowed, Is.Not.Negative, worst);
        }
    }

    [Test]
    public void KeepAllIsTheIdentity([ValueSource(typeof(SmallNetworks), nameof(SmallNetworks.Kinds))] string kind)
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Trained(kind, device, Norm.Bounded);
        var before = network.Parameters.Select(p => p.ToArray()).ToArray();
        var momentum = network.Parameters.Select(p => p.CompanionToArray("momentum")).ToArray();
        var plan = PruningPlan.KeepAll(network);
        plan.Apply(network);
        Assert.That(plan.After, Is.EqualTo(plan.Before));
        for (var i = 0; i < before.Length; i++)
        {
            TensorAssert.AreSameBits(network.Parameters[i].ToArray(), before[i]);
            TensorAssert.AreSameBits(network.Parameters[i].CompanionToArray("momentum"), momentum[i]);
        }
    }

    private static string? Mismatch(float[] actual, float[] expected, double relative, double absolute, string what) =>
        TensorAssert.WorstMismatch(
            Array.ConvertAll(actual, v => (double)v), Array.ConvertAll(expected, v => (double)v), relative, absolute, what);

    // A convolution's bias ahead of a norm has no gradient but noise, and with it its momentum. The gradient of a scale
    // is a sum of some hundred terms of order 1e-3 that may nearly cancel: float32 leaves 1e-8 of it uncertain.
    private static double Floor(Parameter parameter) => parameter.Role == ParameterRole.Bias ? 1e-6 : 1e-8;

    private static float[] Gathered(Parameter parameter, float[] values, Dictionary<ChannelSpace, int[]> kept)
    {
        var filter = parameter.Layout == TensorLayout.Filter;
        var outs = parameter.OutputSpace?.Resolve(kept) ?? [.. Enumerable.Range(0, parameter.OutputChannels)];
        var ins = filter ? parameter.InputSpace?.Resolve(kept) ?? [.. Enumerable.Range(0, parameter.Shape.C)] : [0];
        var taps = filter ? parameter.Shape.H * parameter.Shape.W : 1;
        var width = filter ? parameter.Shape.C : 1;
        return [.. outs.SelectMany(o => Enumerable.Range(0, taps).SelectMany(t => ins.Select(i => values[(o * taps + t) * width + i])))];
    }

    private static void Overwrite(Network masked, Network shrunk, Dictionary<ChannelSpace, int[]> kept)
    {
        for (var n = 0; n < masked.Parameters.Count; n++)
        {
            var large = masked.Parameters[n];
            var small = shrunk.Parameters[n];
            large.Set(Scattered(large, large.ToArray(), small.ToArray(), kept));
            if (small.HasCompanion("momentum"))
            {
                var momentum = Scattered(large, large.CompanionToArray("momentum"), small.CompanionToArray("momentum"), kept);
                large.Device.Upload(momentum, large.Shape, large.Layout, large.CompanionBuffer("momentum").Address);
            }
        }
    }

    private static float[] Scattered(Parameter parameter, float[] into, float[] from, Dictionary<ChannelSpace, int[]> kept)
    {
        var places = Gathered(parameter, [.. Enumerable.Range(0, into.Length).Select(i => (float)i)], kept);
        for (var i = 0; i < places.Length; i++)
        {
            into[(int)places[i]] = from[i];
        }

        return into;
    }
}
