using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>What a convolution layer is, beside its channel spaces.</summary>
/// <param name="KernelHeight">Rows of the kernel.</param>
/// <param name="KernelWidth">Columns of the kernel.</param>
/// <param name="Stride">Step between output pixels, both ways.</param>
/// <param name="PaddingHeight">Zero rows at either end.</param>
/// <param name="PaddingWidth">Zero columns at either end.</param>
/// <param name="Dilation">Step between kernel taps.</param>
/// <param name="Groups">Groups of channels that do not mix; the number of channels for a depthwise convolution.</param>
/// <param name="Bias">Whether a bias is added.</param>
public sealed record Conv2dOptions(
    int KernelHeight,
    int KernelWidth,
    int Stride = 1,
    int PaddingHeight = 0,
    int PaddingWidth = 0,
    int Dilation = 1,
    int Groups = 1,
    bool Bias = false)
{
    /// <summary>A 3x3 kernel with padding 1.</summary>
    public static Conv2dOptions Kernel3(int stride = 1, bool bias = false) => new(3, 3, stride, 1, 1, Bias: bias);

    /// <summary>A 1x1 kernel.</summary>
    public static Conv2dOptions Kernel1(int stride = 1, bool bias = false) => new(1, 1, stride, Bias: bias);

    /// <summary>The shape of the output.</summary>
    /// <param name="layer">Whose options these are, for the error.</param>
    /// <param name="input">Shape [N, H, W, C] that comes in.</param>
    /// <param name="outputs">Output channels.</param>
    internal Shape OutputOf(Module layer, Shape input, int outputs) => new(
        input.N,
        Extent(layer, input.H, KernelHeight, PaddingHeight, input),
        Extent(layer, input.W, KernelWidth, PaddingWidth, input),
        outputs);

    internal void Validate(string path, ChannelSpace input, ChannelSpace output)
    {
        if (KernelHeight < 1 || KernelWidth < 1 || Stride < 1 || PaddingHeight < 0 || PaddingWidth < 0 || Dilation < 1 || Groups < 1)
        {
            throw new ArgumentException($"Conv2d {path}: kernel, stride, dilation and groups are 1 or more, padding 0 or more; got {this}.");
        }

        if (input.Width % Groups != 0 || output.Width % Groups != 0)
        {
            throw new ArgumentException($"Conv2d {path}: {Groups} groups do not divide {input} and {output}.");
        }

        if (Groups > 1 && !ReferenceEquals(input, output) && (input.CanNarrow || output.CanNarrow))
        {
            throw new ArgumentException(
                $"Conv2d {path}: grouped spaces cannot lose single channels; make {input} and {output} not prunable.");
        }

        if (Groups > 1 && ReferenceEquals(input, output) && Groups != input.Width)
        {
            throw new ArgumentException($"Conv2d {path}: over one space {input} only a depthwise convolution is defined, not {Groups} groups.");
        }
    }

    private int Extent(Module layer, int size, int kernel, int padding, Shape input)
    {
        var reach = Dilation * (kernel - 1) + 1;
        return size + 2 * padding >= reach
            ? (size + 2 * padding - reach) / Stride + 1
            : throw new ShapeMismatchException($"{layer}: a kernel reaching {reach} pixels does not fit x {input} with padding {padding}.");
    }
}
