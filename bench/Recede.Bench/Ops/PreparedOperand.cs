using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Bench.Ops;

/// <summary>
/// An operand for an op that is timed forward, step after step: its values are copied in once, not at every step.
/// </summary>
internal sealed class PreparedOperand(Device device, Shape shape, float[] values)
{
    private nint _filled;

    /// <summary>Its shape.</summary>
    public Shape Shape => shape;

    /// <summary>An operand of standard normal numbers.</summary>
    public static PreparedOperand Normal(Device device, Shape shape, ulong seed) => new(device, shape, NormalValues(shape, seed));

    /// <summary>Standard normal numbers, row-major.</summary>
    public static float[] NormalValues(Shape shape, ulong seed)
    {
        var values = new float[shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Philox.Normal(seed, 0, (ulong)i);
        }

        return values;
    }

    /// <summary>Makes it a tensor of the step; do so before any op.</summary>
    public Tensor On(Tape tape) => tape.Record(PreparedOperandRule.Instance, new PreparedOperandArguments(this), []);

    /// <summary>Writes the values, unless they are there: a warm step asks for the same blocks in the same order, and what
    /// it takes first and keeps, nobody else is given.</summary>
    public void Fill(nint address)
    {
        if (address != _filled)
        {
            device.Upload(values, shape, TensorLayout.Activation, address);
            _filled = address;
        }
    }
}
