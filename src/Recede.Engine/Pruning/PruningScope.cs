namespace Recede.Engine.Pruning;

/// <summary>Over which channels the ratio's quantile is taken.</summary>
public enum PruningScope
{
    /// <summary>All channels of the network together.</summary>
    Global,

    /// <summary>Each layer's channels by themselves.</summary>
    Local,
}
