namespace Recede.Engine.Devices.Cuda;

/// <summary>How a convolution's engine is chosen among those that cuDNN offers for its shape.</summary>
public enum PlanSelection
{
    /// <summary>The first that cuDNN's heuristics name and that can be built: the same choice in every run.</summary>
    Heuristic,

    /// <summary>The fastest of those that the heuristics name first, each run a few times when a shape is first met. The choice,
    /// and with it the last bits of the results, may differ from run to run.</summary>
    Measured,
}
