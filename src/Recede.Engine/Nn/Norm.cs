
namespace Recede.Engine.Nn;

/// <summary>Which norm a network has.</summary>
public enum Norm
{
    /// <summary><see cref="BoundedBatchNorm"/>: importances in (0, 1), no shift.</summary>
    Bounded,

    /// <summary><see cref="BatchNorm"/>: scale and shift.</summary>
    Plain,
}
