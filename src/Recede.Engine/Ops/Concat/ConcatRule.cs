using System.Globalization;
using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="ConcatOp"/>.</summary>
internal sealed partial class ConcatRule : OpRule<NoArguments>
{
    private ConcatRule()
        : base("Concat")
    {
    }

    public static ConcatRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in NoArguments args, Span<OutputSpec> outputs)
    {
        if (inputs.Count == 0)
        {
            throw inputs.Error("expected one tensor or more, got none");
        }

        var first = inputs[0];
        var channels = 0;
        for (var i = 0; i < inputs.Count; i++)
        {
            var part = inputs[i];
            if (part.WithC(first.C) != first)
            {
                throw inputs.Error(string.Create(
                    CultureInfo.InvariantCulture, $"part {i} {part} and part 0 {first} must agree in all but channels"));
            }

            inputs.RequireActivation(i, "each part");
            if (inputs.Type(i) != inputs.Type(0))
            {
                throw inputs.Error(string.Create(
                    CultureInfo.InvariantCulture,
                    $"part {i} {part} of {inputs.Type(i)} and part 0 {first} of {inputs.Type(0)} must have one type"));
            }

            channels += part.C;
        }

        outputs[0] = new OutputSpec(first.WithC(channels), inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in NoArguments args) => SavedValues.None;
}
