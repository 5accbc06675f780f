using Recede.Engine.Core;

namespace Recede.Engine.Tests.Ops;

/// <summary>
/// One row of the table of ops: an engine call and its naive double-precision oracle. <see cref="OpGradientHarness"/>
/// checks it; add rows to the list of the op's own file, and the list to <see cref="OpTests"/>.
/// </summary>
/// <param name="Name">Op and what is special about the row: "Conv2d 3x3 stride 2".</param>
/// <param name="Operands">The operands in the order of the call.</param>
/// <param name="Call">Calls the engine and returns every output that is compared.</param>
/// <param name="Oracle">
/// Row-major operands to row-major outputs, in the order of <paramref name="Call"/>'s. Outputs that take a gradient must be
/// differentiable functions of the differentiable operands within <see cref="OpGradientHarness.Step"/> of the values drawn.
/// </param>
public sealed record OpCase(
    string Name,
    OpOperand[] Operands,
    Func<Tape, Tensor[], Tensor[]> Call,
    Func<double[][], double[][]> Oracle)
{
    /// <summary>A row with one output.</summary>
    public OpCase(string name, OpOperand[] operands, Func<Tape, Tensor[], Tensor> call, Func<double[][], double[]> oracle)
        : this(name, operands, (tape, x) => [call(tape, x)], x => [oracle(x)])
    {
    }

    /// <summary>What an evaluation step gives; null where that is what a training step gives.</summary>
    public Func<double[][], double[][]>? Evaluation { get; init; }

    /// <summary>
    /// What each parameter holds after a training step's forward pass (running statistics), null where it holds what it
    /// held; a null delegate where all do.
    /// </summary>
    public Func<double[][], double[]?[]>? After { get; init; }

    /// <summary>Allowed error of outputs, relative to a tensor's largest value: some rounding steps of float32.</summary>
    public double Forward { get; init; } = 1e-5;

    /// <summary>Allowed error of gradients, relative to a tensor's largest value.</summary>
    public double Gradient { get; init; } = 2e-5;

    /// <summary>Allowed absolute error besides, for tensors that are zero but for rounding.</summary>
    public double Absolute { get; init; } = 1e-6;

    /// <summary>The most elements of an operand whose gradient is checked; more are sampled, with the first and last.</summary>
    public int Probes { get; init; } = 300;

    public override string ToString() => Name;
}
