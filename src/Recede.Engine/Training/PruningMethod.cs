namespace Recede.Engine.Training;

/// <summary>A way to train and prune, as the paper compares them (arXiv 2204.06404).</summary>
public enum PruningMethod
{
    /// <summary>Bounded BatchNorm with the polarising penalty; global threshold on the importances.</summary>
    Bounded,

    /// <summary>Plain BatchNorm with L1 on |gamma| (network slimming); global threshold on |gamma|.</summary>
    L1,

    /// <summary>Plain BatchNorm without a penalty; each layer loses the same share (uniform channel selection).</summary>
    Uniform,

    /// <summary>The bounded network and its widths, but channels chosen at random: what the choice itself is worth.</summary>
    Random,
}
