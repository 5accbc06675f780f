using Recede.Engine.Core;

namespace Recede.Engine.Optim;

/// <summary>
/// Stochastic gradient descent with momentum and Nesterov momentum, as torch.optim.SGD:
/// g += weightDecay w;  v = momentum v + g (at first v = g);  w -= rate (g + momentum v) with Nesterov, rate v without.
/// The momentum v is the companion buffer "momentum" of each parameter, so it follows a parameter that is pruned.
/// Deterministic; a warm update allocates no managed memory. Not thread-safe. On a GPU it holds a small table there until it is
/// disposed; on the CPU there is nothing to dispose.
/// </summary>
public sealed partial class Sgd : IDisposable
{
    /// <summary>Name of the companion buffer that holds v.</summary>
    public const string MomentumBuffer = "momentum";

    private readonly Entry[] _entries;
    private readonly SgdUpdate _update;
    private float _learningRate;

    /// <summary>Makes an optimiser.</summary>
    /// <param name="groups">Its parameters: each in one group, all on one device.</param>
    /// <param name="learningRate">See <see cref="LearningRate"/>.</param>
    /// <param name="momentum">0 to below 1; groups may have their own.</param>
    /// <param name="nesterov">Whether a step looks ahead along the momentum.</param>
    /// <exception cref="ArgumentException">No parameter, one that stands twice, or parameters on several devices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the momentum is out of range.</exception>
    public Sgd(IEnumerable<ParameterGroup> groups, float learningRate, float momentum = 0.9f, bool nesterov = true)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (!(momentum >= 0 && momentum < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, $"Sgd: momentum must be from 0 to below 1, got {momentum}.");
        }

        Groups = [.. groups];
        Momentum = momentum;
        Nesterov = nesterov;
        LearningRate = learningRate;
        var entries = new List<Entry>();
        var seen = new HashSet<Parameter>();
        foreach (var group in Groups)
        {
            foreach (var parameter in group.Parameters)
            {
                if (!seen.Add(parameter))
                {
                    throw new ArgumentException($"Sgd: {parameter} stands twice in the groups.", nameof(groups));
                }

                entries.Add(new Entry(parameter, group.LearningRateScale, group.WeightDecay, group.Momentum ?? momentum));
            }
        }

        _entries = [.. entries];
        if (_entries.Length == 0)
        {
            throw new ArgumentException("Sgd: the groups hold no parameter.", nameof(groups));
        }

        var device = _entries[0].Parameter.Device;
        foreach (var entry in _entries)
        {
            if (!ReferenceEquals(entry.Parameter.Device, device))
            {
                throw new ArgumentException(
                    $"Sgd: {entry.Parameter} lies on another {entry.Parameter.Device.Name} device than {_entries[0].Parameter}.",
                    nameof(groups));
            }
        }

        _update = new SgdUpdate(device);
    }

    /// <summary>The groups it was made of.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Momentum of groups without their own.</summary>
    public float Momentum { get; }

    /// <summary>Whether a step looks ahead along the momentum.</summary>
    public bool Nesterov { get; }

    /// <summary>Learning rate of the next update, finite and 0 or more; groups scale it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative, infinite or NaN.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = float.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, $"Sgd: the learning rate must be finite and 0 or more, got {value}.");
    }

    /// <summary>
    /// Moves each parameter that has a gradient by one step and marks it changed. Gradients stay as they are until
    /// <see cref="ZeroGradients"/>; a parameter without one stays as it is, momentum included.
    /// </summary>
    public void Update()
    {
        ListPieces(_update, withMomentum: true);
        _update.Apply(LearningRate, Nesterov);
        foreach (var entry in _entries)
        {
            if (entry.Parameter.HasGradient)
            {
                entry.Parameter.MarkChanged();
            }
        }
    }

    /// <summary>The first parameter, in the groups' order, whose gradient holds a NaN or an infinity; null if none does.</summary>
    public Parameter? FindNonFiniteGradient()
    {
        ListPieces(_update, withMomentum: false);
        var at = _update.FindNonFiniteGradient();
        return at < 0 ? null : _entries[at].Parameter;
    }

    /// <summary>Forgets every gradient.</summary>
    public void ZeroGradients()
    {
        foreach (var entry in _entries)
        {
            entry.Parameter.ZeroGradient();
        }
    }

    /// <summary>Frees the momentum of all parameters; the next update starts it anew.</summary>
    public void ResetMomentum()
    {
        foreach (var entry in _entries)
        {
            entry.Parameter.DropCompanion(MomentumBuffer);
        }
    }

    /// <summary>Frees what the optimiser itself holds on the device; momentum belongs to the parameters and stays.</summary>
    public void Dispose()
    {
        _update.Dispose();
        _captured?.Dispose();
    }

    // Listed anew each time: it costs microseconds, and pruning, new momentum and new gradients need no notice then.
    private void ListPieces(SgdUpdate update, bool withMomentum)
    {
        update.Clear();
        for (var e = 0; e < _entries.Length; e++)
        {
            ref readonly var entry = ref _entries[e];
            var parameter = entry.Parameter;
            if (parameter.HasGradient)
            {
                var piece = new SgdPiece(
                    Parameter: e,
                    Count: 0,
                    parameter.Value.Address,
                    parameter.Gradient.Address,
                    withMomentum && entry.Momentum > 0 ? parameter.CompanionBuffer(MomentumBuffer).Address : 0,
                    entry.LearningRateScale,
                    entry.WeightDecay,
                    entry.Momentum);
                update.Add(piece, parameter.PhysicalCount);
            }
        }
    }

    private readonly record struct Entry(Parameter Parameter, float LearningRateScale, float WeightDecay, float Momentum);
}
