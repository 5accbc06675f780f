using System.Globalization;
using Recede.Engine.Core;

namespace Recede.Engine.Training;

/// <summary>What a run was begun with, as texts by name. It is kept with the run, so that nobody goes on with it otherwise.</summary>
internal sealed class RunTerms
{
    private readonly List<(string Name, string Value)> _terms = [];

    /// <summary>The terms of a training or fine-tuning.</summary>
    public static RunTerms Of(FitOptions options) => new RunTerms()
        .With("epochs", options.Epochs)
        .With("batch size", options.BatchSize)
        .With("learning rate", options.LearningRate)
        .With("decay", options.Decay.ToString())
        .With("warm-up epochs", options.WarmUpEpochs)
        .With("momentum", options.Momentum)
        .With("Nesterov", options.Nesterov.ToString())
        .With("weight decay", options.WeightDecay)
        .With("bounded scale rate", options.BoundedScaleRate)
        .With("penalty", Describe(options.Penalty))
        .With("label smoothing", options.LabelSmoothing)
        .With("crop padding", options.CropPadding)
        .With("flip", options.Flip.ToString())
        .With("seed", options.Seed)
        .With("keep best", options.KeepBest.ToString())
        .With("carry momentum", options.CarryMomentum.ToString());

    /// <summary>The terms of a whole run.</summary>
    public static RunTerms Of(PruningRunOptions options) => new RunTerms()
        .With("method", options.Method.ToString())
        .With("ratios", string.Join(", ", options.Ratios.Select(ratio => ratio.ToString(CultureInfo.InvariantCulture))))
        .With("minimum channels", options.MinimumChannels)
        .With("seed of random choice", options.Seed)
        .With("latency batch", options.LatencyBatch)
        .With("training: ", Of(options.Training))
        .With("fine-tuning: ", Of(options.FineTuning));

    /// <summary>The terms of a training that is measured.</summary>
    public static RunTerms Of(TrainingRunOptions options) => new RunTerms()
        .With("fine-tuning", options.IsFineTuning.ToString())
        .With("latency batch", options.LatencyBatch)
        .With("training: ", Of(options.Training));

    /// <summary>Reads those of the same names.</summary>
    public RunTerms Read(StateReader reader)
    {
        var stored = new RunTerms();
        foreach (var (name, _) in _terms)
        {
            stored.With(name, reader.Text(name));
        }

        return stored;
    }

    /// <summary>Writes them.</summary>
    public void Save(StateWriter writer)
    {
        foreach (var (name, value) in _terms)
        {
            writer.Write(name, value);
        }
    }

    /// <summary>Refuses to go on otherwise.</summary>
    /// <param name="begun">The terms that the run was begun with.</param>
    /// <exception cref="ArgumentException">One differs; the message tells both values.</exception>
    public void RequireSame(RunTerms begun)
    {
        foreach (var ((name, value), (_, before)) in _terms.Zip(begun._terms))
        {
            if (value != before)
            {
                throw new ArgumentException($"The run was begun with {name} {before} and cannot go on with {value}.");
            }
        }
    }

    // An own penalty says what it is by ToString, as records do.
    private static string Describe(ScalePenalty? penalty) => penalty switch
    {
        null => "none",
        PolarisingPenalty polarising => string.Create(CultureInfo.InvariantCulture, $"polarising, lambda {polarising.Lambda}, shift {polarising.Shift}"),
        L1Penalty l1 => string.Create(CultureInfo.InvariantCulture, $"L1, lambda {l1.Lambda}"),
        _ => penalty.ToString(),
    };

    private RunTerms With(string name, IFormattable value) => With(name, value.ToString(null, CultureInfo.InvariantCulture));

    private RunTerms With(string name, string value)
    {
        _terms.Add((name, value));
        return this;
    }

    private RunTerms With(string prefix, RunTerms terms)
    {
        _terms.AddRange(terms._terms.Select(term => (prefix + term.Name, term.Value)));
        return this;
    }
}
