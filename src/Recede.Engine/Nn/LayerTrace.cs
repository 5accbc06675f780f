using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>What one layer does to one image.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Input">Shape [1, H, W, C] that comes in.</param>
/// <param name="Output">Shape that goes out.</param>
/// <param name="MultiplyAdds">Multiply-adds of a convolution or linear layer; 0 for others.</param>
public sealed record LayerTrace(Module Layer, Shape Input, Shape Output, long MultiplyAdds);
