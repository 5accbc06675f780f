using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>A bias per channel on CUDA, added to what is there; <see cref="BiasGradient"/> is its gradient.</summary>
internal static class ChannelBias
{
    // Enough blocks of rows to fill any GPU; each goes on until the rows are done.
    private const int MostRowBlocks = 1 << 12;

    private static readonly TypedCudaKernel<AddBiasArguments> Kernel = new("bias.cu", "add_bias");

    /// <summary>Queues y[n, h, w, c] += bias[c].</summary>
    /// <param name="context">The op's call.</param>
    /// <param name="y">[N, H, W, C].</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="bias">float32 [1, 1, 1, C].</param>
    public static void Add(in CudaOpContext context, nint y, Shape shape, ElementType type, nint bias)
    {
        var rows = (long)shape.N * shape.H * shape.W;
        var padded = NhwcLayout.Padded(shape.C);
        var block = LaunchGrid.Columns(padded / NhwcLayout.VectorWidth(type), 1);
        var grid = block with { GridY = (int)Math.Clamp((rows + block.BlockY - 1) / block.BlockY, 1, MostRowBlocks) };
        context.Launch(Kernel.For(type), grid, new AddBiasArguments(y, bias, rows, padded));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct AddBiasArguments(nint Y, nint Bias, long Rows, int Padded);
}
