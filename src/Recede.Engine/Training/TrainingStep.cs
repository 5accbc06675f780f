using Recede.Engine.Core;
using Recede.Engine.Nn;
using Recede.Engine.Ops;

namespace Recede.Engine.Training;

/// <summary>What a training step computes, whether it is captured or not: augmentation, network, loss, penalty, gradients.</summary>
internal sealed class TrainingStep(Network network, ImageNormalization normalization, FitOptions options)
{
    private readonly bool _augments = options.Flip || options.CropPadding > 0;

    /// <summary>Whether <see cref="Run"/> reads indices.</summary>
    public bool Augments => _augments;

    /// <summary>Runs it in a training step of a tape.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="images">uint8 [N, H, W, C], dense.</param>
    /// <param name="indices">int32 [N, 1, 1, 1], the images' indices in the data set; <see cref="Tensor.None"/> where nothing
    /// augments.</param>
    /// <param name="labels">int32 [N, 1, 1, 1].</param>
    /// <param name="epoch">Number of the epoch, 0 where it stands in device memory.</param>
    /// <returns>Scalars; the penalty is <see cref="Tensor.None"/> where there is none.</returns>
    public (Tensor Loss, Tensor Penalty, Tensor Correct) Run(Tape tape, Tensor images, Tensor indices, Tensor labels, ulong epoch)
    {
        var args = new ImageArguments(normalization, options.CropPadding, options.Flip, options.Seed, epoch);
        var x = tape.Images(images, indices, args);
        tape.Release(images);
        var logits = network.Forward(tape, x);
        var result = tape.CrossEntropy(logits, labels, options.LabelSmoothing);
        tape.Release(logits);
        var total = result.Loss;
        var penalty = Tensor.None;
        if (options.Penalty is not null)
        {
            penalty = options.Penalty.On(tape, network);
            total = tape.Add(total, penalty);
        }

        tape.Backward(total);
        return (result.Loss, penalty, result.Correct);
    }
}
