using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Data.Crops;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Optim;
using Recede.Engine.Training;
using Recede.Trainer;

namespace Recede.Bench.Steps;

/// <summary>epoch-overhead: how much longer an epoch of the training loop takes than its steps would on a batch that is always there.</summary>
internal static class EpochOverheadCommand
{
    public static Command Create()
    {
        var name = new Option<string>("--network") { Description = "The network.", DefaultValueFactory = _ => "vgg-small" };
        name.AcceptOnlyFromAmong([.. Networks.Names]);
        var data = new Option<string>("--data") { Description = "A name or a folder, as recede run takes it; the embedded images when left out." };
        var size = new Option<int?>("--image-size") { Description = "Trains on random resized crops of that size." };
        var images = new Option<int>("--images") { Description = "Training images of an epoch.", DefaultValueFactory = _ => 2048 };
        var batch = new Option<int>("--batch") { Description = "Images a step.", DefaultValueFactory = _ => 64 };
        var epochs = new Option<int>("--epochs") { Description = "How many epochs are timed, in turn with as many steps without a loader.", DefaultValueFactory = _ => 7 };
        var threads = Commands.Threads();
        var command = new Command("epoch-overhead", "Times epochs of the training loop, and as many steps on one batch that no loader brings.")
        {
            name, data, size, images, batch, epochs, threads,
        };
        command.SetAction(parsed =>
        {
            using var all = parsed.GetValue(data) is { } given ? DatasetCatalog.Open(given) : EmbeddedFashionMnist.Open();
            var side = parsed.GetValue(size);

            // Steps of as many images as the one that they are compared with.
            var count = Math.Min(parsed.GetValue(images), all.Train.Count);
            var each = Math.Min(parsed.GetValue(batch), count);
            using var pair = new DatasetPair(
                Crop(all.Train.Subset(count - (count % each)), side, seed: 1), Crop(all.Test.Subset(1), side, seed: null));
            using var device = Device.Cpu(parsed.GetValue(threads));
            Compare(device, parsed.GetValue(name)!, pair, each, parsed.GetValue(epochs));
        });
        return command;
    }

    private static IImageDataset Crop(IImageDataset images, int? side, ulong? seed) => side is { } size ? new CroppedImages(images, size, seed) : images;

    private static void Compare(Device device, string name, DatasetPair pair, int batch, int epochs)
    {
        var options = new NetworkOptions
        {
            Height = pair.Train.Height, Width = pair.Train.Width, Channels = pair.Train.Channels, Classes = pair.Train.Classes, Seed = 1,
        };
        using var network = Networks.Create(name, device, options);
        using var loop = new TrainingLoop(network, pair);

        var fit = new FitOptions
        {
            Epochs = 1, BatchSize = batch, LearningRate = 1e-3f, CropPadding = pair.Train is CroppedImages ? 0 : 4, Flip = true, KeepBest = false,
        };
        var steps = pair.Train.Count / fit.BatchSize;
        using var one = new FixedBatch(network, pair, fit);
        var (withLoader, alone, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var epoch = -1; epoch < epochs; epoch++)
        {
            var clock = new EpochClock();
            loop.Fit(fit, clock);
            var began = Stopwatch.GetTimestamp();
            for (var step = 0; step < steps; step++)
            {
                one.Step();
            }

            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (epoch >= 0)
            {
                withLoader.Add(clock.Seconds);
                alone.Add(seconds);
                ratios.Add(clock.Seconds / seconds);
            }
        }

        withLoader.Sort();
        alone.Sort();
        ratios.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {pair.Name} {pair.Train.Height}x{pair.Train.Width}, batch {fit.BatchSize}, {steps} steps, {device.Description}: an epoch {StepTimer.Median(withLoader):F3} s, its steps {StepTimer.Median(alone):F3} s; "
            + $"{100 * (StepTimer.Median(ratios) - 1):+0.0;-0.0} % ({100 * (ratios[0] - 1):+0.0;-0.0} to {100 * (ratios[^1] - 1):+0.0;-0.0} over {epochs} epochs)"));
    }

    private sealed class EpochClock : ITrainingListener
    {
        public double Seconds { get; private set; }

        public void OnStep(in StepReport report)
        {
        }

        public void OnEpoch(EpochReport report) => Seconds = report.TrainSeconds;
    }

    /// <summary>What the loop does in a step, on a batch that is copied once.</summary>
    private sealed class FixedBatch : IDisposable
    {
        private readonly Tape _tape;
        private readonly Sgd _sgd;
        private readonly TrainingStep _step;
        private readonly Shape _shape;
        private readonly byte[] _images;
        private readonly int[] _labels;
        private readonly int[] _indices;

        public FixedBatch(Network network, DatasetPair data, FitOptions options)
        {
            _tape = new Tape(network.Device) { Seed = options.Seed };
            _sgd = new Sgd(ParameterGroups.FromRecipe(network.Parameters, options.WeightDecay, options.BoundedScaleRate), options.LearningRate, options.Momentum, options.Nesterov);
            _step = new TrainingStep(network, data.Train.Normalization, options);
            _shape = new Shape(options.BatchSize, data.Train.Height, data.Train.Width, data.Train.Channels);
            _images = new byte[_shape.Count];
            (_labels, _indices) = (new int[options.BatchSize], [.. Enumerable.Range(0, options.BatchSize)]);
            data.Train.Read(_indices, _images, _labels);
        }

        public void Step()
        {
            using (_tape.BeginStep(training: true))
            {
                var (loss, _, correct) = _step.Run(_tape, _tape.Input(_images, _shape), _tape.Input(_indices), _tape.Input(_labels), epoch: 0);
                if (!float.IsFinite(loss.Item()) || correct.Item() < 0 || _sgd.FindNonFiniteGradient() is not null)
                {
                    throw new InvalidOperationException("A training that diverged tells nothing.");
                }
            }

            _sgd.Update();
            _sgd.ZeroGradients();
        }

        public void Dispose()
        {
            _sgd.Dispose();
            _tape.Dispose();
        }
    }
}
