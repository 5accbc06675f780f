namespace Recede.Engine.Tests.Ops;

/// <summary>What is wrong with a <see cref="FaultyRule"/>.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>One output is off by 1e-3.</summary>
    Forward,

    /// <summary>One gradient is off by 1e-3.</summary>
    Gradient,

    /// <summary>A padding lane of the output is not zero.</summary>
    OutputPadding,

    /// <summary>A padding lane of the gradient is not zero.</summary>
    GradientPadding,

    /// <summary>The gradient overwrites where it should accumulate.</summary>
    Overwrites,

    /// <summary>The gradient accumulates where it should overwrite.</summary>
    Accumulates,

    /// <summary>Backward reads a value that the rule did not ask to save.</summary>
    ReadsUnsaved,

    /// <summary>The last bit depends on the number of threads.</summary>
    CountsThreads,

    /// <summary>No gradient is written.</summary>
    ForgetsGradient,
}
