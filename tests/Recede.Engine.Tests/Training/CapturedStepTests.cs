using System.Runtime.InteropServices;
using Recede.Cuda;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Cuda;
using Recede.Engine.Tests.Support;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>
/// Steps that are captured and replayed: the bits of uncaptured ones, whatever happens between two steps, and next to no calls.
/// </summary>
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class CapturedStepTests(string device) : DeviceFixture(device)
{
    // All full batches but the first are replayed.
    private const int MostReplays = (TrainedRun.Epochs * TrainedRun.FullBatches) - 1;

    [TestCase(Norm.Bounded, "")]
    [TestCase(Norm.Plain, "")]
    [TestCase(Norm.Bounded, "shuffled threads, eager")]
    public void A_captured_run_has_the_bits_of_an_uncaptured_one(Norm norm, string variant)
    {
        var expected = TrainedRun.Of(Kind, capture: false, norm: norm);
        var actual = TrainedRun.Of(Kind, capture: true, norm: norm, variant: variant);
        actual.MustEqual(expected);
        Assert.That(actual.Error, Is.Null);
        Assert.That(actual.Steps, Has.Count.EqualTo(TrainedRun.Epochs * (TrainedRun.FullBatches + 1)));
        Expect(actual, MostReplays);
        Expect(expected, 0);
    }

    [Test]
    public void A_replayed_step_launches_nothing_but_its_graph_and_allocates_no_managed_memory()
    {
        var run = TrainedRun.Of(Kind, capture: true);
        for (var i = 3; i < run.Steps.Count; i++)
        {
            var (before, after) = (run.Calls[i - 1], run.Calls[i]);
            if (run.Steps[i].Images == TrainedRun.Batch && run.Steps[i].Step > 1)
            {
                Assert.That(after.Allocated - before.Allocated, Is.Zero, $"bytes allocated in step {i}");
                Assert.That(after.Launches - before.Launches, Is.Zero, $"kernels launched in step {i}");
                Assert.That(after.Replays - before.Replays, Is.EqualTo(run.StandIn is null ? 0 : 1), $"graphs launched in step {i}");
            }
        }
    }

    [Test]
    public void After_pruning_the_step_is_captured_anew([Values] bool throughTheLoop)
    {
        Action<TrainedRun, StepReport> prune = (run, report) =>
        {
            if (report is { Epoch: 2, Step: 2 })
            {
                var plan = OneShot.Plan(run.Loop.Network, 0.5);
                if (throughTheLoop)
                {
                    run.Loop.Prune(plan);
                    Assert.That(run.StandIn?.Live(StandInObject.ExecutableGraphs) ?? 0, Is.Zero, "graphs after the shrink");
                }
                else
                {
                    plan.Apply(run.Loop.Network);
                }
            }
        };
        var expected = TrainedRun.Of(Kind, capture: false, prune);
        var actual = TrainedRun.Of(Kind, capture: true, prune);
        actual.MustEqual(expected);
        Assert.That(actual.Error, Is.Null);
        Expect(actual, MostReplays - 1);
    }

    [Test]
    public void What_happens_between_two_steps_is_noticed([Values("growth", "trim", "mask", "momentum", "weight", "odd batches")] string what)
    {
        Action<TrainedRun, StepReport> change = (run, report) =>
        {
            if (report is not { Epoch: 2, Step: 2 })
            {
                return;
            }

            var network = run.Loop.Network;
            var tape = run.Loop.Tape;
            switch (what)
            {
                case "growth":
                    using (tape.BeginStep(training: false))
                    {
                        tape.Arena.Rent(tape.Arena.Capacity + 1);
                    }

                    break;
                case "trim":
                    tape.Arena.Trim();
                    break;
                case "mask":
                    OneShot.Plan(network, 0.5).Mask(network);
                    break;
                case "momentum":
                    foreach (var parameter in network.Parameters)
                    {
                        parameter.DropCompanion(Engine.Optim.Sgd.MomentumBuffer);
                    }

                    break;
                case "weight":
                    network.Parameters[0].Set(network.Parameters[0].ToArray().Select(w => w * 0.5f).ToArray());
                    break;
                default:
                    run.Loop.Evaluate(TinyImages.Create(7, 7).Test);
                    break;
            }
        };
        var expected = TrainedRun.Of(Kind, capture: false, change);
        var actual = TrainedRun.Of(Kind, capture: true, change);
        actual.MustEqual(expected);
        Assert.That(actual.Error, Is.Null);

        // An arena that was emptied must be filled uncaptured; memory that was exchanged and new masks want a warm-up.
        Expect(actual, what is "trim" or "mask" or "momentum" ? MostReplays - 1 : MostReplays);
    }

    [TestCase("classifier.weight", 3e38f, "Linear classifier")]
    [TestCase("conv2.weight", float.NaN, "conv2.weight")]
    public void A_replay_that_goes_bad_stops_the_run_as_an_uncaptured_step_does(string path, float value, string culprit)
    {
        Action<TrainedRun, StepReport> poison = (run, report) =>
        {
            if (report is { Epoch: 2, Step: 2 })
            {
                var parameter = run.Loop.Network.Parameters.Single(p => p.Path == path);
                parameter.Set([.. Enumerable.Repeat(value, (int)parameter.Shape.Count)]);
            }
        };
        var expected = TrainedRun.Of(Kind, capture: false, poison);
        var actual = TrainedRun.Of(Kind, capture: true, poison);
        Assert.That(actual.Error, Is.InstanceOf<TrainingDivergedException>());
        Assert.That(actual.Error!.Message, Does.Contain("epoch 2, step 3").And.Contain(culprit).And.EqualTo(expected.Error!.Message));
        MustEqualButStatistics(actual, expected);
        Expect(actual, TrainedRun.FullBatches + 2);
    }

    [Test]
    public void A_replay_whose_gradients_alone_go_bad_stops_the_run_too()
    {
        var layer = new PatchedGradientLayer();
        Action<TrainedRun, StepReport> poison = (run, report) =>
        {
            if (report is { Epoch: 2, Step: 2 })
            {
                layer.Patch(float.NaN);
            }
            else if (report is { Epoch: 2, Step: > 2 })
            {
                throw new AssertionException("The run went on.");
            }
        };
        var expected = TrainedRun.Of(Kind, capture: false, poison, extra: layer, end: layer.Forget);
        var actual = TrainedRun.Of(Kind, capture: true, poison, extra: layer, end: layer.Forget);
        Assert.That(actual.Error, Is.InstanceOf<TrainingDivergedException>());
        Assert.That(
            actual.Error!.Message,
            Does.Contain("epoch 2, step 3").And.Contain("Patched patched").And.EqualTo(expected.Error!.Message));
        MustEqualButStatistics(actual, expected);
        Expect(actual, TrainedRun.FullBatches + 2);
    }

    [Test]
    public void A_learning_rate_that_is_too_large_stops_the_run_at_the_same_step()
    {
        var options = TrainedRun.Options with { LearningRate = 1e18f, WarmUpEpochs = 0, Decay = LearningRateDecay.Step };
        var expected = TrainedRun.Of(Kind, capture: false, options: options);
        var actual = TrainedRun.Of(Kind, capture: true, options: options);
        Assert.That(actual.Error, Is.InstanceOf<TrainingDivergedException>());
        Assert.That(actual.Error!.Message, Is.EqualTo(expected.Error!.Message));
        MustEqualButStatistics(actual, expected);
    }

    [Test]
    public void A_label_that_is_no_class_is_an_error_and_moves_no_parameter()
    {
        float[][]? before = null;
        Action<TrainedRun, StepReport> damage = (run, report) =>
        {
            if (report is { Epoch: 2, Step: 2 })
            {
                // The data set's own array: the loader gathers two batches ahead.
                before = [.. Trained(run).Select(p => p.ToArray())];
                run.Damage();
            }
            else if (before is not null)
            {
                before = [.. Trained(run).Select(p => p.ToArray())];
            }
        };
        var run = TrainedRun.Of(Kind, capture: true, damage);
        Assert.That(run.Error, Is.InstanceOf<ArgumentException>().With.Message.Contains("99"));
        var after = run.Parameters.Where(p => !p.Name.Contains("running", StringComparison.Ordinal)).ToArray();
        for (var i = 0; i < before!.Length; i++)
        {
            TensorAssert.AreSameBits(after[i].Values, before[i], after[i].Name);
        }

        static IEnumerable<Parameter> Trained(TrainedRun run) => run.Loop.Network.Parameters.Where(p => p.Trainable);
    }

    [TestCase("cuStreamBeginCapture_v2")]
    [TestCase("cuGraphInstantiateWithFlags")]
    [TestCase("cuGraphLaunch")]
    public void A_call_that_fails_is_an_error_and_leaves_the_device_usable(string call)
    {
        using (Kind.Open())
        {
            Assume.That(((CudaTestDevice)Kind).StandIn, Is.Not.Null, "only the stand-in fails on demand");
        }

        Action<TrainedRun, StepReport> arrange = (run, report) =>
        {
            if (report is { Epoch: 1, Step: 1 })
            {
                run.StandIn!.FailCall(1, call);
            }
        };
        var run = TrainedRun.Of(Kind, capture: true, arrange);
        Assert.That(run.Error, Is.InstanceOf<CudaException>().With.Message.Contains(call));
        Assert.That(run.Parameters, Is.Not.Empty, "the device still reads");
    }

    [Test]
    public void A_layer_that_cannot_be_captured_is_told_and_trains_without([Values] bool waits)
    {
        var layer = new HostLayer(waits);
        Assert.That(TrainedRun.Of(Kind, capture: false, extra: layer).Error, Is.Null);
        Assert.That(
            TrainedRun.Of(Kind, capture: true, extra: layer).Error,
            Is.InstanceOf<InvalidOperationException>().With.Message.Contains("CaptureSteps = false"));
    }

    private static void Expect(TrainedRun run, int replays)
    {
        if (run.StandIn is not null)
        {
            Assert.That(run.Replays, Is.EqualTo(replays), "graphs launched");
        }
    }

    // The bad step ran twice, and statistics took it in twice.
    private static void MustEqualButStatistics(TrainedRun actual, TrainedRun expected)
    {
        foreach (var (one, other) in actual.Parameters.Zip(expected.Parameters))
        {
            if (!one.Name.Contains("running", StringComparison.Ordinal))
            {
                // One of them is the poison, and NaN equals nothing.
                Assert.That(
                    MemoryMarshal.Cast<float, int>(one.Values).SequenceEqual(MemoryMarshal.Cast<float, int>(other.Values)), one.Name);
            }
        }
    }

    // What a program's own layer may do in an uncaptured step.
    private sealed class HostLayer(bool waits) : Module("host")
    {
        public override Tensor Forward(Tape tape, Tensor x)
        {
            if (waits)
            {
                tape.Device.Synchronize();
            }
            else if (tape.Training)
            {
                _ = tape.StepNumber;
            }

            return x;
        }

        public override ChannelSpace? SpaceAfter(ChannelSpace? input) => input;

        public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => Traced(input, input, layers);
    }
}
