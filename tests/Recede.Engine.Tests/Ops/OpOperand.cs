using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Ops;

/// <summary>One operand of an <see cref="OpCase"/>: what it is, and how its seeded values are drawn.</summary>
public sealed record OpOperand
{
    private OpOperand(OpOperandKind kind, Shape shape, Func<Random, int, double[]> draw)
    {
        Kind = kind;
        Shape = shape;
        Draw = draw;
    }

    public OpOperandKind Kind { get; }

    public Shape Shape { get; }

    /// <summary>Draws all values, row-major; each must be exact in float32 (or in the operand's own type).</summary>
    public Func<Random, int, double[]> Draw { get; init; }

    public int Count => checked((int)Shape.Count);

    /// <summary>Whether the harness checks a gradient of it.</summary>
    public bool Differentiable => Kind is OpOperandKind.Activation or OpOperandKind.Filter or OpOperandKind.Vector;

    public static OpOperand Activation(int n, int h, int w, int c) => Activation(new Shape(n, h, w, c));

    /// <summary>Values in (-2, 2) that stay 1/128 away from zero, so that a kink there is never stepped over.</summary>
    public static OpOperand Activation(Shape shape) => new(OpOperandKind.Activation, shape, Values);

    /// <summary>A parameter in the filter layout: a conv weight [O, KH, KW, I] or linear weight [out, 1, 1, in].</summary>
    public static OpOperand Filter(int o, int kh, int kw, int i) => new(OpOperandKind.Filter, new Shape(o, kh, kw, i), Values);

    /// <summary>A trained vector parameter [1, 1, 1, C]: a bias, a scale, a shift.</summary>
    public static OpOperand Vector(int c) => new(OpOperandKind.Vector, Shape.Vector(c), Values);

    /// <summary>A vector parameter without a gradient, such as a running mean or (positive) variance.</summary>
    public static OpOperand Statistic(int c, bool positive = false) =>
        new(OpOperandKind.Statistic, Shape.Vector(c), positive ? Positive : Values);

    /// <summary>Labels in [0, classes), one an image.</summary>
    public static OpOperand Labels(int n, int classes) =>
        new(OpOperandKind.Integers, new Shape(n, 1, 1, 1), (random, count) => Whole(random, count, classes));

    /// <summary>Images of bytes [N, H, W, C].</summary>
    public static OpOperand Bytes(int n, int h, int w, int c) =>
        new(OpOperandKind.Bytes, new Shape(n, h, w, c), (random, count) => Whole(random, count, 256));

    /// <summary>The same operand with values that all differ by 1/256 or more, so that a maximum has no ties.</summary>
    public OpOperand Distinct() => this with { Draw = Shuffled };

    /// <summary>The same operand with values multiplied by a power of two.</summary>
    public OpOperand Scaled(double powerOfTwo) =>
        this with { Draw = (random, count) => Array.ConvertAll(Draw(random, count), v => v * powerOfTwo) };

    /// <summary>The same operand with these values.</summary>
    public OpOperand Of(params double[] values) => this with { Draw = (_, _) => (double[])values.Clone() };

    private static double[] Values(Random random, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (random.Next(-128, 128) + 0.5) / 64;
        }

        return values;
    }

    private static double[] Positive(Random random, int count) => Array.ConvertAll(Values(random, count), Math.Abs);

    private static double[] Whole(Random random, int count, int bound)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = random.Next(bound);
        }

        return values;
    }

    private static double[] Shuffled(Random random, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (i - (count / 2) + 0.5) / 256;
        }

        random.Shuffle(values);
        return values;
    }
}
