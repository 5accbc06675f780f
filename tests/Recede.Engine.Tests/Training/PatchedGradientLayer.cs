using System.Diagnostics;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Tests.Training;

/// <summary>
/// A layer on CUDA that hands x on, and whose gradient's first value is the one that stands in device memory: so a test makes
/// gradients bad while the loss stays good, in replays too.
/// </summary>
internal sealed class PatchedGradientLayer() : Module("patched")
{
    private DeviceBuffer? _patch;

    /// <summary>Sets the gradient's first value from the next step on; it is 0 before.</summary>
    public void Patch(float value) => _patch!.Device.WriteScalar(_patch.Address, value);

    /// <summary>Frees the memory.</summary>
    public void Forget()
    {
        _patch?.Dispose();
        _patch = null;
    }

    public override Tensor Forward(Tape tape, Tensor x)
    {
        _patch ??= tape.Device.Allocate(64);
        tape.Scope = Path;
        return tape.Record(Rule.Instance, new PatchArguments(_patch.Address), [x]);
    }

    public override ChannelSpace? SpaceAfter(ChannelSpace? input) => input;

    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => Traced(input, input, layers);

    private readonly record struct PatchArguments(nint Patch);

    private sealed class Rule() : OpRule<PatchArguments>("Patched")
    {
        public static Rule Instance { get; } = new();

        public override int Infer(in OpShapes inputs, in PatchArguments args, Span<OutputSpec> outputs)
        {
            outputs[0] = new OutputSpec(inputs[0]);
            return 1;
        }

        public override SavedValues Saves(in PatchArguments args) => SavedValues.None;

        protected override void ForwardCpu(in CpuOpContext context, in PatchArguments args) => throw new UnreachableException("CUDA only.");

        protected override void BackwardCpu(in CpuOpContext context, in PatchArguments args) => throw new UnreachableException("CUDA only.");

        protected override void ForwardCuda(in CudaOpContext context, in PatchArguments args) =>
            context.Device.Copy(context.Input(0), context.Output(0), Bytes(context));

        protected override void BackwardCuda(in CudaOpContext context, in PatchArguments args)
        {
            var dx = context.InputGradient(0, out var accumulate);
            Assert.That(accumulate, Is.False);
            context.Device.Copy(context.OutputGradient(0), dx, Bytes(context));
            context.Device.Copy(args.Patch, dx, sizeof(float));
        }

        private static long Bytes(in CudaOpContext context) =>
            context.Device.PhysicalBytes(context.InputShape(0), TensorLayout.Activation, ElementType.Float32);
    }
}
