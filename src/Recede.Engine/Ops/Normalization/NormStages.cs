namespace Recede.Engine.Ops;

/// <summary>What one item of a norm's job does. A tensor cut into several parts takes the stages one after the other, a small
/// one takes all in one item.</summary>
[Flags]
internal enum NormStages
{
    /// <summary>Sums over a part's pixels.</summary>
    Reduce = 1,

    /// <summary>Merges the parts' sums of a block of channels into its coefficients.</summary>
    Merge = 2,

    /// <summary>Writes a part's pixels.</summary>
    Write = 4,
}
