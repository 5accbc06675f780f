namespace Recede.Engine.Reports;

/// <summary>A network's accuracy, cost and speed as run.json tells them.</summary>
/// <param name="Accuracy">Share of the test images classified rightly; NaN where it was not finite.</param>
/// <param name="Parameters">Trainable values.</param>
/// <param name="MultiplyAdds">Multiply-adds for one image.</param>
/// <param name="LogicalBytes">Bytes of the trainable values.</param>
/// <param name="PhysicalBytes">Bytes in memory, with lane padding.</param>
/// <param name="LatencyMilliseconds">Median time of a forward pass; NaN where it was not finite.</param>
public sealed record StoredNetwork(
    double Accuracy, long Parameters, long MultiplyAdds, long LogicalBytes, long PhysicalBytes, double LatencyMilliseconds);
