using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>The gradient of a bias on CUDA: the sums of dL/dy over images and pixels, in two stages.</summary>
internal static class BiasGradient
{
    // Rows that a block of the first stage sums: enough that the second stage has little left to do.
    private const int RowsAPart = 512;

    // So that the second stage stays small for any tensor.
    private const int MostParts = 1024;

    private static readonly TypedCudaKernel<ColumnSumsArguments> Kernel = new("bias.cu", "column_sums");

    /// <summary>Queues db[c] = sum over n, h, w of dy[n, h, w, c], added to what is there when accumulating.</summary>
    /// <param name="context">The op's call.</param>
    /// <param name="dy">[N, H, W, C].</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="db">float32 [1, 1, 1, C].</param>
    /// <param name="accumulate">Whether db keeps what it holds.</param>
    public static void Launch(in CudaOpContext context, nint dy, Shape shape, ElementType type, nint db, bool accumulate)
    {
        var rows = (long)shape.N * shape.H * shape.W;
        var padded = NhwcLayout.Padded(shape.C);
        var part = Math.Max(RowsAPart, (rows + MostParts - 1) / MostParts);
        var parts = (int)Math.Max((rows + part - 1) / part, 1);
        var sums = parts == 1 ? db : context.Workspace((long)parts * padded * sizeof(float));
        context.Launch(
            Kernel.For(type),
            LaunchGrid.Columns(padded / NhwcLayout.VectorWidth(type), parts),
            new ColumnSumsArguments(dy, sums, rows, part, padded, parts == 1 && accumulate ? 1 : 0));
        if (parts > 1)
        {
            context.Launch(
                Kernel.Float32,
                LaunchGrid.Columns(padded / NhwcLayout.VectorWidth(ElementType.Float32), 1),
                new ColumnSumsArguments(sums, db, parts, parts, padded, accumulate ? 1 : 0));
        }
    }

    internal readonly record struct ColumnSumsArguments(nint From, nint To, long Rows, long Part, int Padded, int Accumulate);
}
