namespace Recede.Engine.Optim;

/// <summary>A piece of a parameter that one item of parallel work updates. Addresses are the device's.
/// The same, field by field, as in kernels/sgd.cu.</summary>
/// <param name="Parameter">The caller's number of the parameter.</param>
/// <param name="Count">Floats, a multiple of the device's lanes.</param>
/// <param name="Value">w.</param>
/// <param name="Gradient">dw.</param>
/// <param name="Velocity">v, or 0 for an update without momentum.</param>
/// <param name="LearningRateScale">Factor on the step's learning rate.</param>
/// <param name="WeightDecay">Of this parameter.</param>
/// <param name="Momentum">Of this parameter.</param>
internal readonly record struct SgdPiece(
    int Parameter, int Count, nint Value, nint Gradient, nint Velocity, float LearningRateScale, float WeightDecay, float Momentum);
