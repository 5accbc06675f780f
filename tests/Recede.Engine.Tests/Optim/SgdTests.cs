using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Optim;
using Recede.Engine.Tests.Support;
using static Recede.Engine.Tests.Optim.OptimParameters;

namespace Recede.Engine.Tests.Optim;

/// <summary>SGD against a naive loop in double precision; skipping, pruning, faults.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class SgdTests(string device) : DeviceFixture(device)
{
    private const int Steps = 20;

    [Test]
    public void Follows_the_rule_for_twenty_steps([Values(0f, 0.9f)] float momentum, [Values] bool nesterov, [Values(0f, 0.01f)] float decay)
    {
        using var device = Kind.Open();
        Parameter[] parameters = Make(device);
        var sgd = new Sgd([new ParameterGroup(parameters) { WeightDecay = decay, LearningRateScale = 2 }], 0.05f, momentum, nesterov);
        var w = parameters.Select(p => Array.ConvertAll(p.ToArray(), v => (double)v)).ToArray();
        var v = parameters.Select(p => new double[p.Shape.Count]).ToArray();
        for (int step = 0; step < Steps; step++)
        {
            sgd.LearningRate = step < 10 ? 0.05f : 0.01f;
            double rate = 2.0 * sgd.LearningRate;
            for (int p = 0; p < parameters.Length; p++)
            {
                float[] gradient = SetGradient(parameters[p], seed: (step * 100) + p);
                for (int i = 0; i < gradient.Length; i++)
                {
                    double g = gradient[i] + ((double)decay * w[p][i]);
                    v[p][i] = step == 0 ? g : ((double)momentum * v[p][i]) + g;
                    w[p][i] -= rate * (nesterov ? g + (momentum * v[p][i]) : v[p][i]);
                }
            }

            sgd.Update();
            sgd.ZeroGradients();
        }

        for (int p = 0; p < parameters.Length; p++)
        {
            TensorAssert.AreClose(parameters[p].ToArray(), w[p], 1e-6, what: parameters[p].Path);
            AssertPaddingIsZero(parameters[p], parameters[p].Value);
            Assert.That(parameters[p].HasCompanion(Sgd.MomentumBuffer), Is.EqualTo(momentum > 0));
            if (momentum > 0)
            {
                TensorAssert.AreClose(parameters[p].CompanionToArray(Sgd.MomentumBuffer), v[p], 1e-6, what: $"momentum of {parameters[p].Path}");
                AssertPaddingIsZero(parameters[p], parameters[p].CompanionBuffer(Sgd.MomentumBuffer));
            }
        }

        DisposeAll(parameters);
    }

    [Test]
    public void Skips_parameters_without_a_gradient_and_marks_the_others_changed()
    {
        using var device = Kind.Open();
        Parameter[] parameters = Make(device);
        var sgd = new Sgd([new ParameterGroup(parameters) { WeightDecay = 0.1f }], 0.1f);
        float[] before = parameters[1].ToArray();
        int version = parameters[1].Version;
        SetGradient(parameters[0], 1);
        int changed = parameters[0].Version;
        sgd.Update();
        Assert.That(parameters[1].ToArray(), Is.EqualTo(before));
        Assert.That(parameters[1].Version, Is.EqualTo(version));
        Assert.That(parameters[1].HasCompanion(Sgd.MomentumBuffer), Is.False);
        Assert.That(parameters[0].Version, Is.GreaterThan(changed));
        Assert.That(parameters[0].HasGradient, Is.True, "an update keeps gradients");
        sgd.ZeroGradients();
        Assert.That(parameters[0].HasGradient, Is.False);
        DisposeAll(parameters);
    }

    [Test]
    public void Groups_have_their_own_rate_decay_and_momentum()
    {
        using var device = Kind.Open();
        using var a = new Parameter(device, "a", ParameterRole.Bias, Shape.Vector(1));
        using var b = new Parameter(device, "b", ParameterRole.Bias, Shape.Vector(1));
        var sgd = new Sgd(
            [
                new ParameterGroup([a]) { WeightDecay = 0.5f, Momentum = 0 },
                new ParameterGroup([b]) { LearningRateScale = 10 },
            ],
            learningRate: 0.1f,
            momentum: 0.5f,
            nesterov: false);
        a.Set([1]);
        b.Set([1]);
        for (int step = 0; step < 2; step++)
        {
            SetGradient(a, [1f]);
            SetGradient(b, [1f]);
            sgd.Update();
        }

        // a: 1 - 0.1 (1 + 0.5) = 0.85, then 0.85 - 0.1 (1 + 0.425); b: 1 - 1, then 0 - (0.5 + 1).
        Assert.That(a.ToArray()[0], Is.EqualTo(0.7075f).Within(1e-6));
        Assert.That(b.ToArray()[0], Is.EqualTo(-1.5f).Within(1e-6));
    }

    [Test]
    public void A_pruned_parameter_goes_on_as_its_kept_part()
    {
        using var device = Kind.Open();
        using var whole = new Parameter(device, "conv.weight", ParameterRole.Weight, new Shape(37, 3, 3, 20));
        using var pruned = new Parameter(device, "conv.weight", ParameterRole.Weight, new Shape(37, 3, 3, 20));
        int[] keptOut = [.. Enumerable.Range(0, 37).Where(o => o % 3 != 1)];
        int[] keptIn = [.. Enumerable.Range(0, 20).Where(i => i % 4 != 2)];
        var random = new Random(1);
        float[] w = [.. Enumerable.Range(0, (int)whole.Shape.Count).Select(_ => random.NextSingle() - 0.5f)];
        whole.Set(w);
        pruned.Set(w);
        var one = new Sgd([new ParameterGroup([whole]) { WeightDecay = 0.01f }], 0.1f);
        var two = new Sgd([new ParameterGroup([pruned]) { WeightDecay = 0.01f }], 0.1f);
        for (int step = 0; step < 6; step++)
        {
            if (step == 3)
            {
                using ParameterShrink shrink = pruned.PrepareShrink(keptOut, keptIn);
                shrink.Commit();
            }

            float[] gradient = SetGradient(whole, step);
            SetGradient(pruned, step < 3 ? gradient : Kept(gradient, whole.Shape, keptOut, keptIn));
            one.Update();
            two.Update();
        }

        TensorAssert.AreSameBits(pruned.ToArray(), Kept(whole.ToArray(), whole.Shape, keptOut, keptIn), "value");
        TensorAssert.AreSameBits(
            pruned.CompanionToArray(Sgd.MomentumBuffer),
            Kept(whole.CompanionToArray(Sgd.MomentumBuffer), whole.Shape, keptOut, keptIn),
            "momentum");
        AssertPaddingIsZero(pruned, pruned.Value);
    }

    [Test]
    public void ResetMomentum_frees_it_and_starts_anew()
    {
        using var device = Kind.Open();
        using var w = new Parameter(device, "w", ParameterRole.Bias, Shape.Vector(3));
        var sgd = new Sgd([new ParameterGroup([w])], 1);
        SetGradient(w, [1, 1, 1]);
        long bytes = w.HeldBytes;
        sgd.Update();
        Assert.That(w.HeldBytes, Is.GreaterThan(bytes));
        long live = device.LiveBytes;
        sgd.ResetMomentum();
        Assert.That(w.HeldBytes, Is.EqualTo(bytes));
        Assert.That(device.LiveBytes, Is.LessThan(live));
        float[] before = w.ToArray();
        sgd.Update();
        Assert.That(w.ToArray()[0] - before[0], Is.EqualTo(-1.9f).Within(1e-6), "a first step again");
    }

    [Test]
    public void Finds_the_first_gradient_that_is_not_finite([Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad)
    {
        using var device = Kind.Open();
        Parameter[] parameters = Make(device);
        var sgd = new Sgd([new ParameterGroup(parameters[..3]), new ParameterGroup(parameters[3..])], 0.1f);
        Assert.That(sgd.FindNonFiniteGradient(), Is.Null, "no gradient at all");
        foreach (Parameter parameter in parameters)
        {
            SetGradient(parameter, [.. Enumerable.Repeat(float.MaxValue, (int)parameter.Shape.Count)]);
        }

        Assert.That(sgd.FindNonFiniteGradient(), Is.Null, "large is finite");
        for (int p = parameters.Length - 1; p >= 0; p--)
        {
            float[] gradient = SetGradient(parameters[p], p);
            foreach (int at in new[] { 0, gradient.Length / 2, gradient.Length - 1 })
            {
                var broken = (float[])gradient.Clone();
                broken[at] = bad;
                SetGradient(parameters[p], broken);
                Assert.That(sgd.FindNonFiniteGradient(), Is.SameAs(parameters[p]), $"{parameters[p]} element {at}");
            }
        }

        parameters[0].ZeroGradient();
        Assert.That(sgd.FindNonFiniteGradient(), Is.SameAs(parameters[1]), "a forgotten gradient is not looked at");
        DisposeAll(parameters);
    }

    [Test]
    public void Gives_the_same_bits_with_any_threads()
    {
        var results = new List<float[][]>();
        foreach (int threads in new[] { 1, 2, 5 })
        {
            using var device = Device.Cpu(threads);
            Parameter[] parameters = Make(device);
            var sgd = new Sgd([new ParameterGroup(parameters) { WeightDecay = 0.01f }], 0.1f);
            for (int step = 0; step < 3; step++)
            {
                for (int p = 0; p < parameters.Length; p++)
                {
                    SetGradient(parameters[p], (step * 10) + p);
                }

                sgd.Update();
            }

            results.Add([.. parameters.Select(p => p.ToArray())]);
            DisposeAll(parameters);
        }

        for (int p = 0; p < Shapes.Length; p++)
        {
            TensorAssert.AreSameBits(results[1][p], results[0][p], $"parameter {p} with 2 threads");
            TensorAssert.AreSameBits(results[2][p], results[0][p], $"parameter {p} with 5 threads");
        }
    }

    [Test]
    public void Allocates_nothing_when_warm()
    {
        using var device = Kind.Open();
        Parameter[] parameters = Make(device);
        for (int p = 0; p < parameters.Length; p++)
        {
            SetGradient(parameters[p], p);
        }

        var sgd = new Sgd([new ParameterGroup(parameters)], 0.001f);
        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            Round();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        DisposeAll(parameters);

        void Round()
        {
            sgd.LearningRate = 0.001f;
            sgd.FindNonFiniteGradient();
            sgd.Update();
            sgd.ZeroGradients();
            foreach (Parameter parameter in parameters)
            {
                parameter.HasGradient = true;
            }
        }
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        using var device = Kind.Open();
        using var other = Kind.Open();
        using var w = new Parameter(device, "conv.weight", ParameterRole.Weight, new Shape(2, 1, 1, 2));
        using var far = new Parameter(other, "far.weight", ParameterRole.Weight, new Shape(2, 1, 1, 2));
        using var mean = new Parameter(device, "norm.mean", ParameterRole.RunningMean, Shape.Vector(2));
        var group = new ParameterGroup([w]);
        Assert.That(() => new Sgd([], 0.1f), Throws.ArgumentException.With.Message.Contains("no parameter"));
        Assert.That(() => new Sgd([group, group], 0.1f), Throws.ArgumentException.With.Message.Contains("conv.weight [2,1,1,2] stands twice"));
        Assert.That(() => new Sgd([group, new ParameterGroup([far])], 0.1f), Throws.ArgumentException.With.Message.Contains("far.weight"));
        Assert.That(() => new ParameterGroup([mean]), Throws.ArgumentException.With.Message.Contains("norm.mean").And.Message.Contains("RunningMean"));
        foreach (float bad in new[] { -1f, float.NaN, float.PositiveInfinity })
        {
            Assert.That(() => new Sgd([group], bad), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new Sgd([group], 0.1f, bad), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new Sgd([group], 0.1f).LearningRate = bad, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ParameterGroup([w]) { WeightDecay = bad }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ParameterGroup([w]) { LearningRateScale = bad }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ParameterGroup([w]) { Momentum = bad }, Throws.TypeOf<ArgumentOutOfRangeException>());
        }

        Assert.That(() => new Sgd([group], 0.1f, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void The_recipe_s_groups_go_by_role()
    {
        using var device = Kind.Open();
        var parameters = Enum.GetValues<ParameterRole>()
            .Select(role => new Parameter(device, role.ToString(), role, Shape.Vector(3) with { N = 1 })).ToArray();
        var groups = ParameterGroups.FromRecipe(parameters, 1e-4f);
        Assert.That(groups, Has.Count.EqualTo(2));
        Assert.That(groups[0].Parameters.Select(p => p.Path), Is.EqualTo(["Weight", "Bias", "Scale", "Shift"]));
        Assert.That((groups[0].LearningRateScale, groups[0].WeightDecay, groups[0].Momentum), Is.EqualTo((1f, 1e-4f, (float?)null)));
        Assert.That(groups[1].Parameters.Select(p => p.Path), Is.EqualTo(["BoundedScale"]));
        Assert.That((groups[1].LearningRateScale, groups[1].WeightDecay, groups[1].Momentum), Is.EqualTo((10f, 0f, (float?)null)));
        Assert.That(ParameterGroups.FromRecipe(parameters[..1], 0), Has.Count.EqualTo(1));
        Assert.That(ParameterGroups.FromRecipe([], 0), Is.Empty);
        DisposeAll(parameters);
    }

    private static float[] Kept(float[] values, Shape s, int[] outs, int[] ins)
    {
        var kept = new List<float>();
        foreach (int o in outs)
        {
            for (int tap = 0; tap < s.H * s.W; tap++)
            {
                kept.AddRange(ins.Select(i => values[(((o * s.H * s.W) + tap) * s.C) + i]));
            }
        }

        return [.. kept];
    }
}
