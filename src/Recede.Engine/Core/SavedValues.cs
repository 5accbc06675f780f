namespace Recede.Engine.Core;

/// <summary>Which values an op's backward pass reads again: bit i stands for input or output i.</summary>
/// <param name="Inputs">Bits of the inputs.</param>
/// <param name="Outputs">Bits of the outputs.</param>
public readonly record struct SavedValues(uint Inputs, uint Outputs)
{
    /// <summary>Backward reads no value.</summary>
    public static SavedValues None => default;
}
