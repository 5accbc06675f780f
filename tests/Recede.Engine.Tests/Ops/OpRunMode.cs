namespace Recede.Engine.Tests.Ops;

/// <summary>How <see cref="OpRun"/> runs a row.</summary>
internal enum OpRunMode
{
    /// <summary>An evaluation step: outputs only.</summary>
    Evaluate,

    /// <summary>A training step.</summary>
    Train,

    /// <summary>A training step that calls the op twice with the same operands, the second with half the cotangent.</summary>
    TrainTwice,
}
