using System.Diagnostics;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;
using Recede.Engine.Pruning;

namespace Recede.Engine.Training;

/// <summary>
/// The training loop of one network over one data set: epochs, schedule, penalty, evaluation, best epoch, pruning in
/// place. Deterministic: the same seeds give the same bits, whatever the number of threads.
/// </summary>
public sealed class TrainingLoop : IDisposable
{
    private const int EvaluationBatch = 256;
    private readonly DatasetPair _data;
    private readonly ImageNormalization _normalization;
    private readonly Tape _tape;
    private CapturedStep? _captured;

    /// <summary>Makes a loop; the network stays the caller's.</summary>
    /// <exception cref="ArgumentException">The network does not take the data's images or classes.</exception>
    public TrainingLoop(Network network, DatasetPair data)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        var shape = ImageShape(data.Train, 1);
        if (shape != network.ImageShape || network.OutputShape.C < data.Train.Classes)
        {
            throw new ArgumentException(
                $"{network.Name} takes images {network.ImageShape} of {network.OutputShape.C} classes; {data.Name} has {shape} of {data.Train.Classes}.");
        }

        Network = network;
        _data = data;
        _normalization = data.Train.Normalization;
        _tape = new Tape(network.Device);
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The tape that its steps run on.</summary>
    public Tape Tape => _tape;

    /// <summary>Trains for some epochs.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="listener">Who follows the run; null for nobody.</param>
    /// <param name="cancellation">Ends the run between two steps, or two batches of an evaluation.</param>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public FitResult Fit(FitOptions options, ITrainingListener? listener = null, CancellationToken cancellation = default) =>
        Fit(options, new FitState(Network), listener, cancellation);

    /// <summary>Trains on from where a state stands: after its last step, as if nothing had come between.</summary>
    /// <param name="options">The recipe; for a state that was begun, in this process or another, the same as then, as the data must be.</param>
    /// <param name="state">Where it stands. While the listener is called, and after the run was cancelled, it and the network are
    /// what a checkpoint needs.</param>
    /// <param name="listener">Who follows the run; null for nobody.</param>
    /// <param name="cancellation">Ends the run between two steps, or two batches of an evaluation.</param>
    /// <exception cref="ArgumentException">The state was begun with other options or images.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public FitResult Fit(FitOptions options, FitState state, ITrainingListener? listener = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(state);
        options = options.Validated();
        state.Begin(options, _data);
        using var sgd = new Sgd(
            ParameterGroups.FromRecipe(Network.Parameters, options.WeightDecay, options.BoundedScaleRate),
            options.LearningRate,
            options.Momentum,
            options.Nesterov);
        if (state.IsFresh && !options.CarryMomentum)
        {
            sgd.ResetMomentum();
        }

        // A step that failed half-way before, or the caller, may have left some.
        sgd.ZeroGradients();

        _tape.Seed = options.Seed;
        var step = new TrainingStep(Network, _normalization, options);
        var captured = Capture(step, sgd, options.BatchSize);
        _captured = captured;
        try
        {
            return Run(options, state, step, sgd, listener, cancellation);
        }
        finally
        {
            _captured = null;
            captured?.Dispose();
        }
    }

    /// <summary>Loss and accuracy on some images, in their own order, with running statistics.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Evaluation Evaluate(IImageDataset images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        double loss = 0;
        long correct = 0;
        using var loader = new BatchLoader(images, EvaluationBatch, shuffle: false);
        foreach (var batch in loader.Epoch(0))
        {
            cancellation.ThrowIfCancellationRequested();
            using (_tape.BeginStep(training: false))
            {
                var result = _tape.CrossEntropy(Logits(images, batch), _tape.Input(batch.Labels));
                loss += (double)result.Loss.Item() * batch.Count;
                correct += (long)result.Correct.Item();
            }
        }

        return new Evaluation(loss / images.Count, (double)correct / images.Count, images.Count);
    }

    /// <summary>
    /// Shrinks the network in place, between steps, momentum included, and gives the step memory back. A listener may call
    /// it during <see cref="Fit(FitOptions, ITrainingListener, CancellationToken)"/>; the best epoch is then looked for among those after it.
    /// </summary>
    public void Prune(PruningPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);

        // What it was captured with is about to be freed.
        _captured?.Void();
        plan.Apply(Network);
        _tape.Arena.Trim();
    }

    /// <summary>
    /// <see cref="Prune"/>, after which the network is held against what it was with the same channels masked, on the first test images.
    /// </summary>
    internal MaskedComparison PruneCompared(PruningPlan plan)
    {
        // The mask goes with the pruning.
        plan.Mask(Network);
        var masked = FirstLogits();
        Prune(plan);
        return MaskedComparison.Of(masked, FirstLogits(), Math.Min(EvaluationBatch, _data.Test.Count));
    }

    /// <inheritdoc/>
    public void Dispose() => _tape.Dispose();

    private float[] FirstLogits()
    {
        using var loader = new BatchLoader(_data.Test, EvaluationBatch, shuffle: false);
        foreach (var batch in loader.Epoch(0))
        {
            using (_tape.BeginStep(training: false))
            {
                return Logits(_data.Test, batch).ToArray();
            }
        }

        throw new UnreachableException("A loader has a batch at least.");
    }

    private Tensor Logits(IImageDataset images, in Batch batch)
    {
        var bytes = _tape.Input(batch.Images, ImageShape(images, batch.Count));
        var x = _tape.Images(bytes, Tensor.None, new ImageArguments(_normalization, 0, false, 0, 0));
        _tape.Release(bytes);
        return Network.Forward(_tape, x);
    }

    private CapturedStep? Capture(TrainingStep step, Sgd sgd, int batchSize) =>
        Network.Device is CudaDevice { Options.CaptureSteps: true } cuda
            ? new CapturedStep(cuda, _tape, Network, step, sgd, ImageShape(_data.Train, Math.Min(batchSize, _data.Train.Count)))
            : null;

    private static Shape ImageShape(IImageDataset images, int count) => new(count, images.Height, images.Width, images.Channels);

    private FitResult Run(
        FitOptions options, FitState state, TrainingStep step, Sgd sgd, ITrainingListener? listener, CancellationToken cancellation)
    {
        LearningRateSchedule? schedule = null;
        using var loader = new BatchLoader(_data.Train, options.BatchSize, options.Seed);
        while (state.Epoch <= options.Epochs)
        {
            schedule ??= options.Schedule();
            TrainEpoch(options, state, step, sgd, schedule, loader, listener, cancellation);
            var test = Evaluate(_data.Test, cancellation);
            if (!double.IsFinite(test.Loss))
            {
                // The update of the epoch's last step is checked by no later step.
                throw new TrainingDivergedException(
                    $"Training stopped after epoch {state.Epoch}: the test loss is {test.Loss}; {BadParameter()?.ToString() ?? "no parameter"} is not finite.");
            }

            var isBest = state.Offer(test.Accuracy, options.KeepBest);
            var report = new EpochReport(
                state.Epoch,
                options.Epochs,
                sgd.LearningRate,
                state.Totals.MeanLoss,
                state.Totals.Penalty,
                state.Totals.Accuracy,
                test,
                ImportanceHistogram.Of(Network),
                state.Totals.Seconds,
                isBest);
            state.End(report);
            listener?.OnEpoch(report);
        }

        if (state.Best is { Fits: true } best && state.BestEpoch != options.Epochs)
        {
            best.Restore();
        }

        return new FitResult([.. state.Epochs], state.BestEpoch, Evaluate(_data.Test, cancellation));
    }

    private void TrainEpoch(
        FitOptions options,
        FitState state,
        TrainingStep recipe,
        Sgd sgd,
        LearningRateSchedule schedule,
        BatchLoader loader,
        ITrainingListener? listener,
        CancellationToken cancellation)
    {
        var epoch = state.Epoch;
        var started = Stopwatch.GetTimestamp() - (long)(state.Totals.Seconds * Stopwatch.Frequency);
        foreach (var batch in loader.Epoch(epoch - 1, state.Step))
        {
            cancellation.ThrowIfCancellationRequested();
            sgd.LearningRate = schedule.Rate(epoch - 1 + (double)batch.Index / loader.BatchesPerEpoch);
            _tape.StepNumber = (ulong)(((long)epoch - 1) * loader.BatchesPerEpoch + batch.Index);
            if (_captured is null || !_captured.TryRun(batch, _tape.StepNumber, out var step))
            {
                step = Step(recipe, batch);
                if (!float.IsFinite(step.Loss) || !float.IsFinite(step.Penalty) || sgd.FindNonFiniteGradient() is not null)
                {
                    throw Diverged(recipe, sgd, batch, step, epoch);
                }

                sgd.Update();
                sgd.ZeroGradients();
            }

            state.Add(step, batch.Count, Stopwatch.GetElapsedTime(started).TotalSeconds);
            listener?.OnStep(new StepReport(
                epoch,
                options.Epochs,
                batch.Index + 1,
                loader.BatchesPerEpoch,
                batch.Count,
                state.Totals.MeanLoss,
                state.Totals.Accuracy));
        }

        // The learning rate that the epoch ended with, also where all its steps were done before.
        sgd.LearningRate = schedule.Rate(epoch - 1 + (double)(loader.BatchesPerEpoch - 1) / loader.BatchesPerEpoch);
    }

    private StepResult Step(TrainingStep recipe, in Batch batch)
    {
        using (_tape.BeginStep(training: true))
        {
            var (loss, penalty, correct) = recipe.Run(
                _tape,
                _tape.Input(batch.Images, ImageShape(_data.Train, batch.Count)),
                recipe.Augments ? _tape.Input(batch.Indices) : Tensor.None,
                _tape.Input(batch.Labels),
                (ulong)batch.Epoch);
            return new StepResult(loss.Item(), penalty.IsNone ? 0 : penalty.Item(), (int)correct.Item());
        }
    }

    /// <summary>Runs the bad step again with every value checked, to name the first op or parameter that went bad.</summary>
    private TrainingDivergedException Diverged(TrainingStep recipe, Sgd sgd, in Batch batch, StepResult step, int epoch)
    {
        var place = $"Training stopped in epoch {epoch}, step {batch.Index + 1}: the loss is {step.Loss}";
        var gradient = sgd.FindNonFiniteGradient();
        sgd.ZeroGradients();
        if (BadParameter() is { } bad)
        {
            return new TrainingDivergedException($"{place}; the parameter {bad} is not finite.");
        }

        _tape.CheckFinite = true;
        try
        {
            Step(recipe, batch);
        }
        catch (NonFiniteException e)
        {
            return new TrainingDivergedException($"{place}; first to go bad: {e.Message}", e);
        }
        finally
        {
            _tape.CheckFinite = false;
            sgd.ZeroGradients();
        }

        return new TrainingDivergedException($"{place}; the gradient of {gradient?.ToString() ?? "no parameter"} is not finite.");
    }

    private Parameter? BadParameter()
    {
        foreach (var parameter in Network.Parameters)
        {
            if (!parameter.Device.IsFinite(parameter.Value.Address, parameter.PhysicalCount))
            {
                return parameter;
            }
        }

        return null;
    }
}
