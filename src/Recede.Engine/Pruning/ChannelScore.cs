namespace Recede.Engine.Pruning;

/// <summary>What channels are ranked by.</summary>
public enum ChannelScore
{
    /// <summary>The norm's own: importance sigmoid(w) of a bounded norm, |gamma| of a plain one.</summary>
    Scale,

    /// <summary>Uniform random numbers: the baseline that any score must beat.</summary>
    Random,
}
