using System.Globalization;
using Recede.Engine.Data;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>One <see cref="PruningRun"/>, which a folder may keep from step to step.</summary>
internal sealed class PruningSession : IDisposable
{
    private readonly PruningRunOptions _options;
    private readonly DatasetPair _data;
    private readonly IPruningRunListener? _listener;
    private readonly RunFolder? _folder;
    private readonly RunHead _head;
    private PruningRunState _state;

    // What is trained, then pruned copies of it, one after another.
    private Network _network;
    private Network? _trained;

    public PruningSession(PruningRunOptions options, DatasetPair data, IPruningRunListener? listener, RunFolder? folder, bool resume)
    {
        (_options, _data, _listener, _folder) = (options, data, listener, folder);
        _head = new RunHead(PruningRunState.Kind, RunTerms.Of(options), folder?.Begin(data));
        if (resume)
        {
            (_network, _state) = Load(folder ?? throw new ArgumentException("A run is resumed from a folder.", nameof(resume)));
            if (_state.Training is not null)
            {
                _trained = Made(() => folder.LoadTrained(_network.Device));
            }
        }
        else
        {
            _network = options.CreateNetwork();
            _state = new PruningRunState(_network, _head) { Fit = new FitState(_network) };
        }

        _head.Settings = folder?.Settings ?? "";
    }

    public PruningRunResult Run(CancellationToken cancellation)
    {
        MeasureHere(cancellation);
        if (_state.Training is null)
        {
            Train(cancellation);
        }

        while (_state.Pruned.Count < _options.Ratios.Count)
        {
            FineTune(_options.Ratios[_state.Pruned.Count], cancellation);
        }

        return new PruningRunResult(_trained!.Name, _state.Training!, _state.Unpruned!, [.. _state.Pruned], _head.Clock.Seconds);
    }

    public void Dispose()
    {
        _network.Dispose();
        _trained?.Dispose();
    }

    private void Train(CancellationToken cancellation)
    {
        LatencyMeter.Try(_network, _options.LatencyBatch);
        using (var loop = new TrainingLoop(_network, _data))
        {
            _listener?.OnPhase("train", _options.Training.Epochs);
            _state.Training = Fit(loop, _options.Training, keepsBest: true, cancellation);
        }

        _trained = _network;
        _state.Unpruned = Measure(_trained, _state.Training.Final.Accuracy, cancellation);
        _state.Fit = null;
        _folder?.SaveTrained(_trained);
        _folder?.SaveLast(_trained, _state);
        _listener?.OnTrained(_state.Training, _state.Unpruned);
    }

    private void FineTune(double ratio, CancellationToken cancellation)
    {
        var begins = _state.Fit is null;
        if (begins)
        {
            // What a resumed run was loaded with stands there, or the copy of the ratio before.
            Replace(_options.CreateNetwork());
            _network.CopyFrom(_trained!, companions: _options.FineTuning.CarryMomentum);
        }

        using var loop = new TrainingLoop(_network, _data);
        if (begins)
        {
            var plan = _options.Plan(_network, ratio);
            _state.Masked = loop.PruneCompared(plan);
            (_state.Plan, _state.Before, _state.Fit) = (plan, loop.Evaluate(_data.Test, cancellation), new FitState(_network));
        }

        _listener?.OnPruned(_state.Plan!, _state.Before);
        _listener?.OnPhase(string.Create(CultureInfo.InvariantCulture, $"fine-tune {ratio * 100:0.##} %"), _options.FineTuning.Epochs);
        var tuning = Fit(loop, _options.FineTuning, keepsBest: false, cancellation);
        var measured = Measure(_network, tuning.Final.Accuracy, cancellation);
        var result = new PrunedResult(_state.Plan!, _state.Before, tuning, measured) { Masked = _state.Masked };
        _state.Pruned.Add(result);
        (_state.Plan, _state.Fit) = (null, null);
        _folder?.SavePruned(_network, ratio);
        _folder?.SaveLast(_network, _state);
        _listener?.OnFineTuned(result);
    }

    // Latencies of two devices are no speed-up: a run that went on with another one measures again what was measured before.
    private void MeasureHere(CancellationToken cancellation)
    {
        var device = _network.Device;
        if (_state.Unpruned is { } unpruned && _head.MeasuredOn != device.Description)
        {
            _state.Unpruned = Measure(_trained!, unpruned.Accuracy, cancellation);
            for (var i = 0; i < _state.Pruned.Count; i++)
            {
                using var network = _folder!.LoadPruned(device, _options.Ratios[i]);
                _state.Pruned[i] = _state.Pruned[i] with { Result = Measure(network, _state.Pruned[i].Result.Accuracy, cancellation) };
            }
        }

        _head.MeasuredOn = device.Description;
    }

    private FitResult Fit(TrainingLoop loop, FitOptions options, bool keepsBest, CancellationToken cancellation) =>
        RunKeeper.Fit(loop, options, _state.Fit!, _folder, _state, _listener, keepsBest, cancellation);

    private NetworkResult Measure(Network network, double accuracy, CancellationToken cancellation) =>
        new(accuracy, network.Cost(), LatencyMeter.Measure(network, _options.LatencyBatch, cancellation: cancellation));

    private void Replace(Network network)
    {
        if (!ReferenceEquals(_network, _trained))
        {
            _network.Dispose();
        }

        _network = network;

        // What is restored belongs to the network that it was restored with.
        var state = new PruningRunState(network, _head) { Training = _state.Training, Unpruned = _state.Unpruned };
        state.Pruned.AddRange(_state.Pruned);
        _state = state;
    }

    private (Network Network, PruningRunState State) Load(RunFolder folder)
    {
        // Only to learn which device it is that the options make networks on.
        using var fresh = _options.CreateNetwork();
        using var file = folder.OpenLast();
        var network = file.ReadNetwork(fresh.Device);
        try
        {
            if (network.Name != fresh.Name || network.ImageShape != fresh.ImageShape || network.OutputShape != fresh.OutputShape)
            {
                throw new ArgumentException($"The run was begun with {network} and cannot go on with {fresh}.");
            }

            var state = new PruningRunState(network, _head);
            file.Restore(state);
            _head.RequireSame();
            return state.Training is null && state.Fit is null || state.Pruned.Count > _options.Ratios.Count
                ? throw new InvalidDataException($"{folder.LastPath} is no checkpoint of such a run.")
                : (network, state);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private T Made<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch
        {
            _network.Dispose();
            throw;
        }
    }
}
