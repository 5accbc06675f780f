namespace Recede.Engine.Tests.Ops;

/// <summary>How an operand reaches an op.</summary>
public enum OpOperandKind
{
    /// <summary>A tensor of the step that needs a gradient.</summary>
    Activation,

    /// <summary>A parameter in the filter layout.</summary>
    Filter,

    /// <summary>A trained vector parameter.</summary>
    Vector,

    /// <summary>A vector parameter without a gradient.</summary>
    Statistic,

    /// <summary>An int32 tensor.</summary>
    Integers,

    /// <summary>A uint8 tensor.</summary>
    Bytes,
}
