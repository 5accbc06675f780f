using Recede.Engine.Devices;

namespace Recede.Bench.Ops;

/// <summary>A 3x3 convolution with padding 1 over a square image.</summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Size">Rows and columns of the input.</param>
/// <param name="Stride">Step between output pixels.</param>
public sealed record ConvShape(int Inputs, int Outputs, int Size, int Stride = 1)
{
    /// <summary>Shape of a batch of inputs.</summary>
    public Shape Input(int batch) => new(batch, Size, Size, Inputs);

    /// <summary>Shape of the weight.</summary>
    public Shape Weight => new(Outputs, 3, 3, Inputs);

    /// <inheritdoc/>
    public override string ToString() =>
        (Inputs == Outputs ? $"{Inputs}@{Size}" : $"{Inputs}-{Outputs}@{Size}") + (Stride == 1 ? "" : $"/{Stride}");
}
