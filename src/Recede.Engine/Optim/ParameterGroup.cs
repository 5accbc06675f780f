using Recede.Engine.Core;

namespace Recede.Engine.Optim;

/// <summary>Parameters that an optimiser treats alike.</summary>
public sealed class ParameterGroup
{
    private readonly Parameter[] _parameters;
    private readonly float _learningRateScale = 1;
    private readonly float _weightDecay;
    private readonly float? _momentum;

    /// <summary>Makes a group.</summary>
    /// <exception cref="ArgumentException">A parameter is not trainable.</exception>
    public ParameterGroup(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = [.. parameters];
        foreach (var parameter in _parameters)
        {
            ArgumentNullException.ThrowIfNull(parameter, nameof(parameters));
            if (!parameter.Trainable)
            {
                throw new ArgumentException(
                    $"{parameter} is a {parameter.Role}, which is not trained; expected trainable parameters.", nameof(parameters));
            }
        }
    }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Factor on the optimiser's learning rate, 0 or more.</summary>
    public float LearningRateScale
    {
        get => _learningRateScale;
        init => _learningRateScale = float.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, $"LearningRateScale must be finite and 0 or more, got {value}.");
    }

    /// <summary>This times the value is added to the gradient; 0 or more.</summary>
    public float WeightDecay
    {
        get => _weightDecay;
        init => _weightDecay = float.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"WeightDecay must be finite and 0 or more, got {value}.");
    }

    /// <summary>The group's own momentum, 0 to below 1, or null for the optimiser's.</summary>
    public float? Momentum
    {
        get => _momentum;
        init => _momentum = value is null or (>= 0 and < 1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Momentum must be from 0 to below 1, got {value}.");
    }
}
