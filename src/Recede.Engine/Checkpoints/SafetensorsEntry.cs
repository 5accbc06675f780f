namespace Recede.Engine.Checkpoints;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Type">Its element type as the format names it: "F32".</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Begin">Where its bytes begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
internal sealed record SafetensorsEntry(string Type, IReadOnlyList<long> Shape, long Begin, long End);
