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

/// <summary>epoch-overhead: how much longer an epoch takes than its steps, and whether those are slower than on a batch that is always there.</summary>
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
        var epochs = new Option<int>("--epochs") { Description = "How many epochs are timed, in turn with as many steps without a loader.", DefaultValueFactory = _ => 9 };
        var threads = Commands.Threads();
        var command = new Command("epoch-overhead", "Times epochs with the loader and their steps, and as many steps on one batch that no loader brings.")
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
        var fit = new FitOptions
        {
            BatchSize = batch, LearningRate = 1e-3f, CropPadding = pair.Train is CroppedImages ? 0 : 4, Flip = true,
        };
        using var training = new Training(network, pair, fit);
        using var loader = new BatchLoader(pair.Train, batch, fit.Seed);
        var (inEpoch, alone, overheads) = (new List<double>(), new List<double>(), new List<double>());
        var (images, labels) = (new byte[batch * network.ImageShape.Count], new int[batch]);
        int[] indices = [.. Enumerable.Range(0, batch)];
        pair.Train.Read(indices, images, labels);

        // Until everything is compiled and the arena has grown.
        StepTimer.WarmUp(() => training.Step(images, indices, labels));
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            double steps = 0;
            var began = Stopwatch.GetTimestamp();
            foreach (var given in loader.Epoch(epoch))
            {
                inEpoch.Add(training.Step(given.Images, given.Indices, given.Labels));
                steps += inEpoch[^1];
            }

            overheads.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds / steps - 1);
            for (var step = 0; step < loader.BatchesPerEpoch; step++)
            {
                alone.Add(training.Step(images, indices, labels));
            }
        }

        inEpoch.Sort();
        alone.Sort();
        overheads.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {pair.Name} {pair.Train.Height}x{pair.Train.Width}, batch {batch}, {loader.BatchesPerEpoch} steps, {device.Description}: an epoch takes {100 * StepTimer.Median(overheads):0.00} % longer than its steps "
            + $"(at most {100 * overheads[^1]:0.00} % in {epochs} epochs); a step {StepTimer.Median(inEpoch):0.00} ms, {StepTimer.Median(alone):0.00} ms without a loader"));
    }

    /// <summary>What the training loop does in a step.</summary>
    private sealed class Training : IDisposable
    {
        private readonly Tape _tape;
        private readonly Sgd _sgd;
        private readonly TrainingStep _step;
        private readonly Shape _shape;

        public Training(Network network, DatasetPair data, FitOptions options)
        {
            _tape = new Tape(network.Device) { Seed = options.Seed };
            _sgd = new Sgd(ParameterGroups.FromRecipe(network.Parameters, options.WeightDecay, options.BoundedScaleRate), options.LearningRate, options.Momentum, options.Nesterov);
            _step = new TrainingStep(network, data.Train.Normalization, options);
            _shape = new Shape(options.BatchSize, data.Train.Height, data.Train.Width, data.Train.Channels);
        }

        /// <summary>Does it; returns how many milliseconds it took.</summary>
        public double Step(ReadOnlySpan<byte> images, ReadOnlySpan<int> indices, ReadOnlySpan<int> labels)
        {
            var began = Stopwatch.GetTimestamp();
            using (_tape.BeginStep(training: true))
            {
                var (loss, _, correct) = _step.Run(_tape, _tape.Input(images, _shape), _tape.Input(indices), _tape.Input(labels), epoch: 0);
                if (!float.IsFinite(loss.Item()) || correct.Item() < 0 || _sgd.FindNonFiniteGradient() is not null)
                {
                    throw new InvalidOperationException("A training that diverged tells nothing.");
                }
            }

            _sgd.Update();
            _sgd.ZeroGradients();
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        public void Dispose()
        {
            _sgd.Dispose();
            _tape.Dispose();
        }
    }
}
