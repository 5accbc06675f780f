using System.Globalization;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>What one step of the engine gave for a row: outputs and gradients, row-major.</summary>
internal sealed class OpRun
{
    // More than any row uses, and less than the first chunk of an arena.
    private const int PoisonBytes = 4 << 20;

    private readonly TestDevice _kind;

    private OpRun(TestDevice kind, int operands)
    {
        _kind = kind;
        Gradients = new float[]?[operands];
        After = new float[]?[operands];
    }

    public float[][] Outputs { get; private set; } = [];

    public ElementType[] OutputTypes { get; private set; } = [];

    /// <summary>The weights of each output in the loss; null for an output without a gradient.</summary>
    public double[]?[] Cotangents { get; private set; } = [];

    /// <summary>The loss, if any output has a gradient.</summary>
    public float? Loss { get; private set; }

    public float[]?[] Gradients { get; }

    /// <summary>What each parameter held after the step.</summary>
    public float[]?[] After { get; }

    /// <summary>Runs one step; <paramref name="frozen"/> is an activation that needs no gradient.</summary>
    public static OpRun Execute(TestDevice kind, Device device, OpCase row, double[][] values, OpRunMode mode, int frozen = -1)
    {
        var run = new OpRun(kind, row.Operands.Length);
        var parameters = MakeParameters(device, row, values);
        try
        {
            using var tape = new Tape(device) { CheckFinite = true };
            Poison(device, tape);
            using (tape.BeginStep(mode != OpRunMode.Evaluate))
            {
                run.Step(tape, row, values, parameters, mode, frozen);
            }
        }
        finally
        {
            foreach (var parameter in parameters)
            {
                parameter?.Dispose();
            }
        }

        return run;
    }

    private void Step(Tape tape, OpCase row, double[][] values, Parameter?[] parameters, OpRunMode mode, int frozen)
    {
        var operands = new Tensor[values.Length];
        for (var i = 0; i < operands.Length; i++)
        {
            operands[i] = MakeOperand(tape, row.Operands[i], values[i], parameters[i], i != frozen);
        }

        tape.Scope = "layer";
        var outputs = row.Call(tape, operands);
        Outputs = new float[outputs.Length][];
        OutputTypes = new ElementType[outputs.Length];
        Cotangents = new double[]?[outputs.Length];
        var pairs = new List<Tensor>();
        for (var k = 0; k < outputs.Length; k++)
        {
            Outputs[k] = outputs[k].ToArray();
            ref var slot = ref tape.SlotOf(outputs[k]);
            _kind.CheckPadding(tape.Device, slot.Address, slot.Shape, slot.Layout, Text($"padding of output {k}"), slot.Type);
            OutputTypes[k] = slot.Type;
            if (slot.NeedsGradient)
            {
                Cotangents[k] = Cotangent(outputs[k].Shape, k);
                AddPair(tape, pairs, outputs[k], Cotangents[k]!, 1);
            }
        }

        if (mode == OpRunMode.TrainTwice)
        {
            var again = row.Call(tape, operands);
            for (var k = 0; k < outputs.Length; k++)
            {
                if (Cotangents[k] is { } cotangent)
                {
                    AddPair(tape, pairs, again[k], cotangent, 0.5);
                }
            }
        }

        if (pairs.Count > 0)
        {
            var loss = WeightedSum.Of(tape, pairs.ToArray());
            ReleaseAll(tape, operands);
            ReleaseAll(tape, outputs);
            tape.Backward(loss);
            Loss = loss.Item();
        }

        for (var i = 0; i < operands.Length; i++)
        {
            After[i] = parameters[i]?.ToArray();
            if (pairs.Count > 0 && row.Operands[i].Differentiable && i != frozen)
            {
                Gradients[i] = ReadGradient(tape, operands[i], parameters[i], i);
            }
        }
    }

    private static Parameter?[] MakeParameters(Device device, OpCase row, double[][] values)
    {
        var parameters = new Parameter?[row.Operands.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            var operand = row.Operands[i];
            ParameterRole? role = operand.Kind switch
            {
                OpOperandKind.Filter => ParameterRole.Weight,
                OpOperandKind.Vector => ParameterRole.Bias,
                OpOperandKind.Statistic => ParameterRole.RunningMean,
                _ => null,
            };
            if (role is { } known)
            {
                var made = parameters[i] = new Parameter(device, Text($"operand{i}"), known, operand.Shape);
                made.Set(Floats(values[i]));
                if (made.Trainable)
                {
                    // The first contribution overwrites all of it, padding included.
                    TestDevice.Poison(device, made.Gradient.Address, made.Gradient.Bytes);
                }
            }
        }

        return parameters;
    }

    private static Tensor MakeOperand(Tape tape, OpOperand operand, double[] values, Parameter? parameter, bool needsGradient) =>
        operand.Kind switch
        {
            OpOperandKind.Activation => tape.Input(Floats(values), operand.Shape, needsGradient),
            OpOperandKind.Integers => tape.Input(Array.ConvertAll(values, v => (int)v)),
            OpOperandKind.Bytes => tape.Input(Array.ConvertAll(values, v => (byte)v), operand.Shape),
            _ => tape.Bind(parameter!),
        };

    private static void AddPair(Tape tape, List<Tensor> pairs, Tensor value, double[] cotangent, double factor)
    {
        pairs.Add(value);
        pairs.Add(tape.Input(Array.ConvertAll(cotangent, v => (float)(v * factor)), value.Shape));
    }

    // What a backward pass does not save is gone when it runs, so that an op which reads it all the same is caught.
    private static void ReleaseAll(Tape tape, Tensor[] tensors)
    {
        foreach (var tensor in tensors)
        {
            tape.Release(tensor);
        }
    }

    private float[] ReadGradient(Tape tape, Tensor operand, Parameter? parameter, int index)
    {
        var what = Text($"gradient of operand {index}");
        if (parameter is not null)
        {
            Assert.That(parameter.HasGradient, what);
            _kind.CheckPadding(tape.Device, parameter.Gradient.Address, parameter.Shape, parameter.Layout, "padding of the " + what);
            return parameter.GradientToArray();
        }

        ref var slot = ref tape.SlotOf(operand);
        Assert.That(slot.HasGradient, what);
        _kind.CheckPadding(tape.Device, slot.Gradient.Address, slot.Shape, slot.Layout, "padding of the " + what, slot.Type);
        var gradient = new float[operand.Shape.Count];
        tape.ReadGradient(operand, gradient);
        return gradient;
    }

    private static double[] Cotangent(Shape shape, int output) =>
        OpOperand.Activation(shape).Draw(new Random(output + 1), checked((int)shape.Count));

    private static void Poison(Device device, Tape tape)
    {
        var block = tape.Arena.Rent(PoisonBytes);
        TestDevice.Poison(device, block.Address, block.Bytes);
        tape.Arena.Return(block);
        Assert.That(device.IsFinite(block.Address, 1), Is.False);
    }

    private static float[] Floats(double[] values) => Array.ConvertAll(values, v => (float)v);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
