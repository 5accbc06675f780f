using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>A network's accuracy, cost and speed.</summary>
/// <param name="Accuracy">Share of the test images classified rightly.</param>
/// <param name="Cost">Parameters, multiply-adds, bytes.</param>
/// <param name="LatencyMilliseconds">Median time of a forward pass of the frozen network over the latency batch, see
/// <see cref="LatencyMeter"/>.</param>
public sealed record NetworkResult(double Accuracy, NetworkCost Cost, double LatencyMilliseconds);
