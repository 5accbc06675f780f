using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>Floats that a checkpoint is to hold.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Logical shape.</param>
/// <param name="Values">Gives the values, row-major.</param>
internal sealed record StateTensor(string Name, Shape Shape, Func<float[]> Values);
