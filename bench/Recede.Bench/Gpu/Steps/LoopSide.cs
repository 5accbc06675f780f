using System.Diagnostics;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Nn;
using Recede.Engine.Training;

namespace Recede.Bench.Gpu.Steps;

/// <summary>
/// Training as users do it: the training loop over a data set of random images, with its batches, its augmentation, the loss
/// of every step and the search for what is not finite. The last steps of an epoch are timed.
/// </summary>
internal sealed class LoopSide : IStepSide, ITrainingListener
{
    private const int WarmSteps = 4;
    private const int LeastTimed = 2;
    private const long MostBytes = 256L << 20;

    private readonly Network _network;
    private readonly TrainingLoop _loop;
    private readonly FitOptions _options;
    private long _from;
    private double _milliseconds;

    /// <summary>Draws the data set.</summary>
    /// <param name="network">A network of its own, since the loop gives the momentum back; owned.</param>
    /// <param name="batch">Images of a step.</param>
    /// <param name="mostSteps">Steps of an epoch, where the images do not take too much memory.</param>
    public LoopSide(Network network, int batch, int mostSteps)
    {
        const int Least = WarmSteps + LeastTimed;
        var steps = (int)Math.Clamp(MostBytes / (batch * network.ImageShape.Count), Least, Math.Max(Least, mostSteps));
        _network = network;
        _loop = new TrainingLoop(network, new DatasetPair(Draw(network, steps * batch), Draw(network, 2)));

        // Random labels teach nothing: a low rate keeps the numbers sane however long it runs.
        _options = new FitOptions { Epochs = 1, BatchSize = batch, LearningRate = 1e-3f, CropPadding = 1, Flip = true, KeepBest = false };
    }

    public string Name => "Recede loop";

    public double Time(double seconds)
    {
        _loop.Fit(_options, this);
        return _milliseconds;
    }

    public void OnStep(in StepReport report)
    {
        if (report.Step == WarmSteps)
        {
            _from = Stopwatch.GetTimestamp();
        }
        else if (report.Step == report.Steps)
        {
            _milliseconds = Stopwatch.GetElapsedTime(_from).TotalMilliseconds / (report.Steps - WarmSteps);
        }
    }

    public void OnEpoch(EpochReport report)
    {
    }

    public void Dispose()
    {
        _loop.Dispose();
        _network.Dispose();
    }

    private static ImageDataset Draw(Network network, int count)
    {
        var shape = network.ImageShape.WithN(count);
        var images = new byte[shape.Count];
        new Random(1).NextBytes(images);
        var labels = new int[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = Philox.Below(network.OutputShape.C, 1, 1, (ulong)i);
        }

        return new ImageDataset("random", shape.H, shape.W, shape.C, network.OutputShape.C, images, labels);
    }
}
