using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>Softmax cross-entropy: the loss, the number of correct rows, and the probabilities for backward.</summary>
internal sealed partial class CrossEntropyRule : OpRule<CrossEntropyArguments>
{
    public const int Loss = 0;
    public const int Correct = 1;
    private const int Logits = 0;
    private const int Labels = 1;
    private const int Probabilities = 2;

    private CrossEntropyRule()
        : base("CrossEntropy")
    {
    }

    public static CrossEntropyRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in CrossEntropyArguments args, Span<OutputSpec> outputs)
    {
        var x = inputs[Logits];
        if (inputs.Type(Logits) is not (ElementType.Float32 or ElementType.BFloat16) || inputs.Layout(Logits) != TensorLayout.Activation
            || x != new Shape(x.N, 1, 1, x.C))
        {
            throw inputs.Error($"logits must be floats [N,1,1,K], got {inputs.Type(Logits)} {inputs.Layout(Logits)} {x}.");
        }

        if (x.N < 1 || x.C < 1)
        {
            throw inputs.Error($"logits must have a row and a class at least, got {x}.");
        }

        if (inputs.Type(Labels) != ElementType.Int32 || inputs[Labels] != new Shape(x.N, 1, 1, 1))
        {
            throw inputs.Error(
                $"labels must be int32 [{x.N},1,1,1] for logits {x}, got {inputs.Type(Labels)} {inputs[Labels]}.");
        }

        outputs[Loss] = new OutputSpec(Shape.Scalar);
        outputs[Correct] = new OutputSpec(Shape.Scalar, Differentiable: false);
        outputs[Probabilities] = OutputSpec.Saved(x);
        return 3;
    }

    public override SavedValues Saves(in CrossEntropyArguments args) =>
        new(Inputs: 1u << Labels, Outputs: 1u << Probabilities);
}
