namespace Recede.Engine.Devices.Cuda;

/// <summary>Device addresses of one run of a <see cref="ConvolutionPlan"/>.</summary>
/// <param name="Left">x, or for x's gradient that of y.</param>
/// <param name="Right">The filters, or for the filters' gradient that of y.</param>
/// <param name="Result">What is written.</param>
/// <param name="Bias">The bias of a plan that takes one, else 0.</param>
internal readonly record struct ConvolutionOperands(nint Left, nint Right, nint Result, nint Bias = 0);
