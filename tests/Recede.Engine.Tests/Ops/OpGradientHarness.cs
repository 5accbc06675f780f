using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>
/// Checks a row of the table of ops, in this order: outputs against the oracle, in training and in evaluation; each
/// operand's gradient against central differences of the oracle; padding lanes of outputs and gradients; that a second
/// use of the operands accumulates; that an operand that needs no gradient changes no other's; the same bits in every
/// variant of the device (1, 2 and 5 threads). On a device with bfloat16 activations a row's allowance, which is float32's, is
/// widened by what rounding does to those, and to nothing else: losses, statistics and gradients of parameters are float32
/// there too. Memory is full of NaN before each run, and what the op said it does not save is freed before backward.
/// </summary>
internal static class OpGradientHarness
{
    /// <summary>Step of the central differences.</summary>
    public const double Step = 1.0 / 4096;

    private const int Seed = 20220406;

    // Half of the distance of two bfloat16, relative: what one rounding may move a value by.
    private const double BFloat16Rounding = 1.0 / 512;

    // A value is rounded when it is stored, and where a second kernel completes it (bias, second contribution) once more.
    private const int Roundings = 2;

    // Three in a gradient that is added to (1.5 in all, from 1 and 0.5), and what it is compared with has one itself.
    private const int AccumulatedRoundings = 4;

    public static void Check(TestDevice kind, OpCase row)
    {
        using var device = kind.Open();
        var x = DrawOperands(row);
        var expected = row.Oracle(x);

        var evaluated = OpRun.Execute(kind, device, row, x, OpRunMode.Evaluate);
        CompareOutputs(row, evaluated, row.Evaluation?.Invoke(x) ?? expected, "evaluation");

        var run = OpRun.Execute(kind, device, row, x, OpRunMode.Train);
        CompareOutputs(row, run, expected, "output");
        CompareAfter(row, run, x);
        if (run.Loss is { } loss)
        {
            var rounding = run.OutputTypes.Max(type => Rounding(type, Roundings));
            TensorAssert.AreClose(
                [loss], [Total(run, expected)], (row.Forward + rounding) * Math.Max(1, Magnitude(run, expected)), row.Absolute, "loss");
            CompareGradients(device, row, run, x);
            CheckAccumulation(kind, device, row, run, x);
            CheckUnwanted(kind, device, row, run, x);
        }

        foreach (var variant in kind.Variants)
        {
            using var other = kind.Open(variant);
            CompareBits(row, OpRun.Execute(kind, other, row, x, OpRunMode.Train), run, $"with {variant}");
        }
    }

    /// <summary>The seeded operands of a row.</summary>
    public static double[][] DrawOperands(OpCase row)
    {
        var random = new Random(Seed);
        var values = new double[row.Operands.Length][];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = row.Operands[i].Draw(random, row.Operands[i].Count);
            Assert.That(values[i], Has.Length.EqualTo(row.Operands[i].Count), $"values of operand {i}");
        }

        return values;
    }

    private static void CompareOutputs(OpCase row, OpRun run, double[][] expected, string what)
    {
        Assert.That(run.Outputs, Has.Length.EqualTo(expected.Length), $"{what}: number of outputs");
        for (var k = 0; k < expected.Length; k++)
        {
            TensorAssert.AreClose(
                run.Outputs[k], expected[k], row.Forward + Rounding(run.OutputTypes[k], Roundings), row.Absolute, $"{what} {k} ");
        }
    }

    private static void CompareAfter(OpCase row, OpRun run, double[][] x)
    {
        var after = row.After?.Invoke(x);
        for (var i = 0; i < x.Length; i++)
        {
            if (run.After[i] is not { } actual)
            {
                continue;
            }

            if (after?[i] is { } moved)
            {
                TensorAssert.AreClose(actual, moved, row.Forward, row.Absolute, $"operand {i} after the step ");
            }
            else
            {
                TensorAssert.AreSameBits(actual, Array.ConvertAll(x[i], v => (float)v), $"operand {i} after the step ");
            }
        }
    }

    private static void CompareGradients(Device device, OpCase row, OpRun run, double[][] x)
    {
        for (var i = 0; i < x.Length; i++)
        {
            if (!row.Operands[i].Differentiable)
            {
                continue;
            }

            var probes = Probes(x[i].Length, row.Probes);
            var actual = new double[probes.Length];
            var expected = new double[probes.Length];
            for (var p = 0; p < probes.Length; p++)
            {
                actual[p] = run.Gradients[i]![probes[p]];
                expected[p] = CentralDifference(row, run, x, i, probes[p]);
            }

            var allowed = row.Gradient + Rounding(GradientType(device, row, i), Roundings);
            TensorAssert.AreClose(actual, expected, allowed, row.Absolute, $"gradient of operand {i} at probe ");
        }
    }

    private static double CentralDifference(OpCase row, OpRun run, double[][] x, int operand, int element)
    {
        var value = x[operand][element];
        x[operand][element] = value + Step;
        var above = Total(run, row.Oracle(x));
        x[operand][element] = value - Step;
        var below = Total(run, row.Oracle(x));
        x[operand][element] = value;
        return (above - below) / (2 * Step);
    }

    private static ElementType GradientType(Device device, OpCase row, int operand) =>
        row.Operands[operand].Kind == OpOperandKind.Activation ? device.ActivationType : ElementType.Float32;

    private static double Rounding(ElementType type, int times) => type == ElementType.BFloat16 ? times * BFloat16Rounding : 0;

    /// <summary>The loss that <see cref="OpRun"/> differentiates, from the oracle's outputs.</summary>
    private static double Total(OpRun run, double[][] outputs)
    {
        var total = 0.0;
        for (var k = 0; k < outputs.Length; k++)
        {
            if (run.Cotangents[k] is { } cotangent)
            {
                for (var j = 0; j < cotangent.Length; j++)
                {
                    total += outputs[k][j] * cotangent[j];
                }
            }
        }

        return total;
    }

    /// <summary>How much larger the loss's terms are than the loss.</summary>
    private static double Magnitude(OpRun run, double[][] outputs)
    {
        var magnitude = 0.0;
        for (var k = 0; k < outputs.Length; k++)
        {
            if (run.Cotangents[k] is { } cotangent)
            {
                for (var j = 0; j < cotangent.Length; j++)
                {
                    magnitude += Math.Abs(outputs[k][j] * cotangent[j]);
                }
            }
        }

        return magnitude / Math.Max(Math.Abs(Total(run, outputs)), double.Epsilon);
    }

    private static void CheckAccumulation(TestDevice kind, Device device, OpCase row, OpRun once, double[][] x)
    {
        var twice = OpRun.Execute(kind, device, row, x, OpRunMode.TrainTwice);
        for (var i = 0; i < x.Length; i++)
        {
            if (once.Gradients[i] is { } gradient)
            {
                // The second use has half the cotangent, and the gradient is linear in it.
                var expected = Array.ConvertAll(gradient, g => g * 1.5);
                var allowed = row.Gradient + Rounding(GradientType(device, row, i), AccumulatedRoundings);
                TensorAssert.AreClose(twice.Gradients[i], expected, allowed, row.Absolute, $"accumulated gradient of operand {i} ");
            }
        }
    }

    private static void CheckUnwanted(TestDevice kind, Device device, OpCase row, OpRun all, double[][] x)
    {
        if (Array.FindAll(row.Operands, o => o.Differentiable).Length < 2)
        {
            return;
        }

        for (var frozen = 0; frozen < x.Length; frozen++)
        {
            // A parameter's gradient is always wanted; an activation's is not where it comes from the data.
            if (row.Operands[frozen].Kind != OpOperandKind.Activation)
            {
                continue;
            }

            var run = OpRun.Execute(kind, device, row, x, OpRunMode.Train, frozen);
            for (var i = 0; i < x.Length; i++)
            {
                if (i != frozen && all.Gradients[i] is { } gradient)
                {
                    TensorAssert.AreSameBits(run.Gradients[i], gradient, $"gradient of operand {i} while operand {frozen} needs none ");
                }
            }
        }
    }

    private static void CompareBits(OpCase row, OpRun actual, OpRun expected, string how)
    {
        for (var k = 0; k < expected.Outputs.Length; k++)
        {
            TensorAssert.AreSameBits(actual.Outputs[k], expected.Outputs[k], $"output {k} {how} ");
        }

        for (var i = 0; i < row.Operands.Length; i++)
        {
            if (expected.Gradients[i] is { } gradient)
            {
                TensorAssert.AreSameBits(actual.Gradients[i], gradient, $"gradient of operand {i} {how} ");
            }

            if (expected.After[i] is { } after)
            {
                TensorAssert.AreSameBits(actual.After[i], after, $"operand {i} after the step {how} ");
            }
        }
    }

    private static int[] Probes(int count, int most)
    {
        var all = new int[count];
        for (var i = 0; i < count; i++)
        {
            all[i] = i;
        }

        if (count <= most)
        {
            return all;
        }

        // Everything but the ends is shuffled; the ends stay.
        new Random(Seed).Shuffle(all.AsSpan(1, count - 2));
        return [.. all.AsSpan(0, most - 1), all[^1]];
    }
}
