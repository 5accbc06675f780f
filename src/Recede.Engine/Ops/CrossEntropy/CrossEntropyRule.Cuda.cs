using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>
/// The CUDA code: a warp a row, then the rows' losses added up by one block. A label that is no class is a
/// <see cref="CudaFault"/>, which the host throws when it next waits for the device.
/// </content>
internal sealed partial class CrossEntropyRule
{
    private const string File = "cross_entropy.cu";
    private const int BlockThreads = 256;
    private const int BlockRows = BlockThreads / 32;

    private static readonly TypedCudaKernel<CrossEntropyRowsArguments> RowsKernel = new(File, "cross_entropy_rows");
    private static readonly CudaKernel<CrossEntropyTotalArguments> TotalKernel = new(File, "cross_entropy_total");
    private static readonly TypedCudaKernel<CrossEntropyGradientArguments> GradientKernel = new(File, "cross_entropy_gradient");

    protected override void ForwardCuda(in CudaOpContext context, in CrossEntropyArguments args)
    {
        var shape = context.InputShape(Logits);
        var rows = new CrossEntropyRowsArguments
        {
            Logits = context.Input(Logits),
            Labels = context.Input(Labels),
            Probabilities = context.Output(Probabilities),
            Losses = context.Workspace((long)shape.N * sizeof(double)),
            Correct = context.Workspace((long)shape.N * sizeof(int)),
            Fault = context.Device.FaultWord,
            Rows = shape.N,
            Classes = shape.C,
            Padded = NhwcLayout.Padded(shape.C),
            Smoothing = args.Smoothing,
        };
        context.Launch(RowsKernel.For(context.InputType(Logits)), OverRows(shape), rows);
        var total = new CrossEntropyTotalArguments
        {
            Losses = rows.Losses,
            Correct = rows.Correct,
            Loss = context.Output(Loss),
            Right = context.Output(Correct),
            Rows = shape.N,
        };
        context.Launch(TotalKernel, new LaunchGrid(1, 1, 1, BlockThreads, 1, 0), total);
    }

    protected override void BackwardCuda(in CudaOpContext context, in CrossEntropyArguments args)
    {
        if (!context.NeedsGradient(Logits))
        {
            return;
        }

        var shape = context.InputShape(Logits);
        var gradient = new CrossEntropyGradientArguments
        {
            Probabilities = context.Output(Probabilities),
            Labels = context.Input(Labels),
            DLoss = context.OutputGradient(Loss),
            DLogits = context.InputGradient(Logits, out var accumulate),
            Rows = shape.N,
            Classes = shape.C,
            Padded = NhwcLayout.Padded(shape.C),
            Accumulate = accumulate ? 1 : 0,
            Smoothing = args.Smoothing,
        };
        context.Launch(GradientKernel.For(context.InputType(Logits)), OverRows(shape), gradient);
    }

    private static LaunchGrid OverRows(Shape shape) => new((shape.N + BlockRows - 1) / BlockRows, 1, 1, BlockThreads, 1, 0);

    [StructLayout(LayoutKind.Sequential)]
    internal struct CrossEntropyRowsArguments
    {
        public nint Logits;
        public nint Labels;
        public nint Probabilities;
        public nint Losses;
        public nint Correct;
        public nint Fault;
        public int Rows;
        public int Classes;
        public int Padded;
        public float Smoothing;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CrossEntropyTotalArguments
    {
        public nint Losses;
        public nint Correct;
        public nint Loss;
        public nint Right;
        public int Rows;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CrossEntropyGradientArguments
    {
        public nint Probabilities;
        public nint Labels;
        public nint DLoss;
        public nint DLogits;
        public int Rows;
        public int Classes;
        public int Padded;
        public int Accumulate;
        public float Smoothing;
    }
}
