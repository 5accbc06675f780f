namespace Recede.Engine.Nn;

/// <summary>What a network costs.</summary>
/// <param name="Parameters">Trainable values, without lane padding and running statistics.</param>
/// <param name="MultiplyAdds">Multiply-adds of convolutions and linear layers for one image: what papers call FLOPs.</param>
/// <param name="LogicalBytes">Four bytes a trainable value.</param>
/// <param name="PhysicalBytes">Bytes of the trainable values in the device's memory, lane padding included.</param>
public readonly record struct NetworkCost(long Parameters, long MultiplyAdds, long LogicalBytes, long PhysicalBytes);
