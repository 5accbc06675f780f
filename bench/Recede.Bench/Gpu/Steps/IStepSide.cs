namespace Recede.Bench.Gpu.Steps;

/// <summary>One of those whose steps are compared; they take turns.</summary>
internal interface IStepSide : IDisposable
{
    /// <summary>Its column: "Recede", "PyTorch eager".</summary>
    string Name { get; }

    /// <summary>Milliseconds of a step, as the mean of as many as fit into some seconds, with a wait for the GPU before and
    /// after.</summary>
    double Time(double seconds);
}
