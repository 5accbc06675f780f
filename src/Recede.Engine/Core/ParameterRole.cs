namespace Recede.Engine.Core;

/// <summary>What a parameter is in its layer; optimiser groups, penalties and pruning scores go by it.</summary>
public enum ParameterRole
{
    /// <summary>Weight of a convolution or linear layer.</summary>
    Weight,

    /// <summary>Bias of a convolution or linear layer.</summary>
    Bias,

    /// <summary>Scale w of a bounded BatchNorm; the neuron's importance is sigmoid(w).</summary>
    BoundedScale,

    /// <summary>Scale gamma of a plain BatchNorm.</summary>
    Scale,

    /// <summary>Shift beta of a plain BatchNorm.</summary>
    Shift,

    /// <summary>Running mean of a norm; not trained.</summary>
    RunningMean,

    /// <summary>Running variance of a norm; not trained.</summary>
    RunningVariance,
}
