namespace Recede.Bench.Ops;

/// <summary>A norm and what is fused into it.</summary>
public enum NormKind
{
    /// <summary>Bounded.</summary>
    Bounded,

    /// <summary>Bounded, then ReLU.</summary>
    BoundedRelu,

    /// <summary>Bounded, plus the residual, then ReLU.</summary>
    BoundedResidualRelu,

    /// <summary>Plain.</summary>
    Plain,

    /// <summary>Plain, then ReLU.</summary>
    PlainRelu,

    /// <summary>Plain, plus the residual, then ReLU.</summary>
    PlainResidualRelu,
}
