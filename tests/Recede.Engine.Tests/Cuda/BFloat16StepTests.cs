using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Cuda.Libraries;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Tests.Support;
using Recede.Engine.Tests.Training;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Cuda;

/// <summary>Whole training steps with bfloat16 activations, beside the same steps in float32.</summary>
[TestFixture(CudaTestDevice.BFloat16Name, Category = CudaTestDevice.Category)]
internal sealed class BFloat16StepTests(string device) : DeviceFixture(device)
{
    // Every activation is rounded by at most 1/512 of itself. The networks are some 10 to 20 ops deep, and errors that are
    // independent add up as their squares do: 1/512 * sqrt(20) is 0.9 %.
    private const double LossError = 0.01;

    // Gradients feel it more, as a ReLU or a maximum whose operands are as good as equal chooses another way. How much more is
    // the network's affair, and measured on it: the same step in float32 with its filters rounded once. Here filters, values
    // and gradients are rounded at each layer, which makes sqrt(3) of that; twice as much is allowed.
    private const double OfYardstick = 3.5;

    // A bias has but sums of gradients that were rounded, whether or not they cancel: of all gradients' length.
    private const double Floor = 1.0 / 256;

    private const int LeastValues = 16;

    [Test]
    public void A_training_step_is_close_to_float32s([Values("vgg", "resnet")] string kind, [Values] Norm norm) => CheckStep(kind, norm);

    [Test]
    public void A_cuDNN_that_neither_adds_nor_mixes_types_serves_too()
    {
        using (Kind.Open())
        {
            if (((CudaTestDevice)Kind).StandIn is null)
            {
                Assert.Ignore("Only the stand-in's cuDNN can be told what to refuse.");
            }
        }

        LibraryDevice.Refuse(LibraryDevice.Refusal.Accumulate | LibraryDevice.Refusal.MixedResult | LibraryDevice.Refusal.Bias);
        try
        {
            // The residual network's shortcuts add to gradients, the plain one has biases.
            CheckStep("vgg", Norm.Plain);
            CheckStep("resnet", Norm.Bounded);
        }
        finally
        {
            LibraryDevice.Refuse(LibraryDevice.Refusal.None);
        }

        Assert.That(((CudaTestDevice)Kind).StandIn!.Runs("convert_bf16_to_f32"), Is.GreaterThan(0), "gradients of filters, widened");
    }

    [Test]
    public void A_captured_run_has_the_bits_of_an_uncaptured_one()
    {
        var captured = TrainedRun.Of(Kind, capture: true);
        captured.MustEqual(TrainedRun.Of(Kind, capture: false));
        if (captured.StandIn is { } standIn)
        {
            Assert.That(captured.Replays, Is.GreaterThan(0));
            Assert.That(standIn.Runs("dropout_bf16"), Is.GreaterThan(0));
        }
    }

    [Test]
    public void Parameters_momentum_and_statistics_stay_float32_and_activations_take_half_the_memory()
    {
        using var opened = Kind.Open();
        using var network = SmallNetworks.Create("resnet", opened, Norm.Plain);
        using var run = new StepRunner(network);
        run.Step(1);
        foreach (var parameter in network.Parameters)
        {
            Assert.That(parameter.Value.Bytes, Is.EqualTo(Math.Max(64, parameter.PhysicalCount * sizeof(float))), parameter.Path);
            CheckPrecise(parameter.ToArray(), parameter.Path);
            if (parameter.Trainable)
            {
                CheckPrecise(parameter.CompanionToArray("momentum"), $"{parameter.Path} (momentum)");
            }
        }

        var peak = run.Tape.Arena.Peak;
        Kind.Close();
        var single = TestDevice.Named(CudaTestDevice.Name);
        try
        {
            using var wide = single.Open();
            using var wideNetwork = SmallNetworks.Create("resnet", wide, Norm.Plain);
            using var wideRun = new StepRunner(wideNetwork);
            wideRun.Step(1);

            // What is left besides: statistics, and the filters' copies that convolutions read.
            Assert.That(peak, Is.LessThan(0.65 * wideRun.Tape.Arena.Peak));
        }
        finally
        {
            single.Close();
        }
    }

    [Test]
    public void Shrunk_equals_masked([Values("vgg", "resnet")] string kind)
    {
        using var opened = Kind.Open();
        using var shrunk = SmallNetworks.Trained(kind, opened, Norm.Bounded, steps: 2);
        using var masked = SmallNetworks.Create(kind, opened, Norm.Bounded);
        masked.CopyFrom(shrunk, companions: true);
        var plan = OneShot.Plan(shrunk, 0.5);
        plan.Mask(masked);
        plan.Apply(shrunk);

        // The same products in the same precision: only where a sum's order differs may its rounding fall to the other side.
        TensorAssert.AreClose(SmallNetworks.Logits(shrunk), SmallNetworks.Logits(masked), 2 * BFloat16.Epsilon, what: "logits");
        using var shrunkRun = new StepRunner(shrunk);
        using var maskedRun = new StepRunner(masked);
        Assert.That(shrunkRun.Step(7), Is.EqualTo(maskedRun.Step(7)).Within(100 * LossError).Percent, "the loss of the next step");
        Assert.That(float.IsFinite(shrunkRun.Step(8)));
    }

    [Test]
    public void The_loop_learns_and_goes_on_learning_after_a_shrink()
    {
        using var opened = Kind.Open();
        var shape = new NetworkOptions { Height = TinyImages.Size, Width = TinyImages.Size, Classes = TinyImages.Classes, Seed = 5 };
        using var network = Vgg.Cifar("tiny-vgg", opened, [8, 0, 19, 0, 24], shape);
        using var loop = new TrainingLoop(network, TinyImages.Create());
        var options = new FitOptions
        {
            Epochs = 12,
            BatchSize = 20,
            LearningRate = 0.05f,
            Decay = LearningRateDecay.Cosine,
            Penalty = new PolarisingPenalty(0.01f, 3),
            CropPadding = 2,
            Seed = 11,
        };
        var untrained = loop.Evaluate(TinyImages.Create().Test);
        var trained = loop.Fit(options);
        Assert.That(trained.Final.Loss, Is.LessThan(untrained.Loss));

        loop.Prune(OneShot.Plan(network, 0.3));
        var tuned = loop.Fit(options with { Epochs = 8, Penalty = null, CarryMomentum = true });
        Assert.That(tuned.Final.Accuracy, Is.GreaterThanOrEqualTo(0.8));
        Assert.That(tuned.Epochs[^1].TrainLoss, Is.LessThan(tuned.Epochs[0].TrainLoss));
    }

    [Test]
    public void A_bad_weight_stops_the_run_and_is_named()
    {
        using var opened = Kind.Open();
        using var network = SmallNetworks.Create("vgg", opened, Norm.Bounded);
        var weight = network.Parameters.Single(p => p.Path == "classifier.weight");
        weight.Set([.. Enumerable.Repeat(3e38f, (int)weight.Shape.Count)]);
        using var run = new StepRunner(network);
        run.Tape.CheckFinite = true;
        Assert.That(() => run.Step(1), Throws.InstanceOf<NonFiniteException>().With.Message.Contains("Linear classifier"));
    }

    private void CheckStep(string kind, Norm norm)
    {
        using var cpu = Engine.Devices.Device.Cpu(1);
        using var expected = SmallNetworks.Create(kind, cpu, norm);
        using var rounded = SmallNetworks.Create(kind, cpu, norm);
        foreach (var filter in rounded.Parameters.Where(p => p.Role == ParameterRole.Weight))
        {
            filter.Set(Array.ConvertAll(filter.ToArray(), BFloat16.Round));
        }

        var (expectedLoss, expectedGradients) = FirstStep(expected);
        var (_, yardstick) = FirstStep(rounded);
        var all = Math.Sqrt(expectedGradients.Sum(g => g.Sum(v => (double)v * v)));

        using var opened = Kind.Open();
        using var actual = SmallNetworks.Create(kind, opened, norm);
        var (loss, gradients) = FirstStep(actual);

        Assert.That(loss, Is.EqualTo(expectedLoss).Within(100 * LossError).Percent);
        for (var i = 0; i < gradients.Length; i++)
        {
            var allowed = (OfYardstick * Distance(yardstick[i], expectedGradients[i])) + (Floor * all);
            Assert.That(
                Distance(gradients[i], expectedGradients[i]), Is.LessThanOrEqualTo(allowed), $"gradient of {actual.Parameters[i].Path}");
        }

        if (((CudaTestDevice)Kind).StandIn is { } standIn)
        {
            Assert.That(BFloat16Runs.OfFloat32Activations(standIn, addsLosses: true), Is.Empty);
            foreach (var kernel in (string[])
                ["batch_norm_forward_bf16", "batch_norm_backward_bf16", "cross_entropy_rows_bf16", "cross_entropy_gradient_bf16", "convert_f32_to_bf16", "sgd_update"])
            {
                Assert.That(standIn.Runs(kernel), Is.GreaterThan(0), kernel);
            }
        }
    }

    private static (float Loss, float[][] Gradients) FirstStep(Network network)
    {
        using var run = new PreparedStep(network);
        var gradients = new float[network.Parameters.Count][];
        var loss = run.Step(() =>
        {
            for (var i = 0; i < gradients.Length; i++)
            {
                gradients[i] = network.Parameters[i].Trainable ? network.Parameters[i].GradientToArray() : [];
            }
        });
        return (loss, gradients);
    }

    private static double Distance(float[] actual, float[] expected) =>
        Math.Sqrt(actual.Zip(expected, (a, e) => ((double)a - e) * ((double)a - e)).Sum());

    private static void CheckPrecise(float[] values, string what)
    {
        // A sum of a few bfloat16 may happen to be one.
        if (values.Length < LeastValues)
        {
            return;
        }

        var fine = MemoryMarshal.Cast<float, uint>(values).ToArray().Count(bits => (bits & 0xFFFF) != 0);
        Assert.That(fine, Is.GreaterThan(values.Length / 2), $"{what}: values that bfloat16 does not have");
    }
}
