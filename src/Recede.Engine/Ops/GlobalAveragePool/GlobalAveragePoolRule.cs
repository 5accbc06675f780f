using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Global average pooling: y = mean of x over rows and columns.</summary>
internal sealed partial class GlobalAveragePoolRule : OpRule<GlobalAveragePoolArguments>
{
    private GlobalAveragePoolRule()
        : base("GlobalAveragePool")
    {
    }

    public static GlobalAveragePoolRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in GlobalAveragePoolArguments args, Span<OutputSpec> outputs)
    {
        var x = inputs[0];
        inputs.RequireActivation(0, "x");
        if (x.H < 1 || x.W < 1)
        {
            throw inputs.Error($"an image must have a pixel to average, x is {x}.");
        }

        outputs[0] = new OutputSpec(x with { H = 1, W = 1 }, inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in GlobalAveragePoolArguments args) => SavedValues.None;
}
