using System.Globalization;
using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="LinearOp"/>: operands x, weight, bias.</summary>
internal sealed partial class LinearRule : OpRule<NoArguments>
{
    private LinearRule()
        : base("Linear")
    {
    }

    public static LinearRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in NoArguments args, Span<OutputSpec> outputs)
    {
        inputs.RequireActivation(0, "x");
        inputs.RequireFilter(1, "weight");
        var (x, weight) = (inputs[0], inputs[1]);
        if (x.H != 1 || x.W != 1)
        {
            throw inputs.Error($"x must be [N,1,1,in], got {x}; flatten it first");
        }

        if (weight.H != 1 || weight.W != 1)
        {
            throw inputs.Error($"weight must be [out,1,1,in], got {weight}");
        }

        if (weight.C != x.C)
        {
            throw inputs.Error(string.Create(
                CultureInfo.InvariantCulture, $"weight {weight} reads {weight.C} features, x {x} has {x.C}"));
        }

        if (inputs.Has(2))
        {
            inputs.RequireVector(2, "bias", weight.N, "weight", weight);
        }

        outputs[0] = new OutputSpec(new Shape(x.N, 1, 1, weight.N), inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in NoArguments args) => new(3, 0);
}
