namespace Recede.Engine.Reports;

/// <summary>How a network was trained or fine-tuned, as run.json tells it.</summary>
/// <param name="Schedule">How the learning rate fell: "cosine" or "step".</param>
/// <param name="WarmUpEpochs">Epochs over which it first rose from 0.</param>
/// <param name="Momentum">Momentum.</param>
/// <param name="Nesterov">Whether it was Nesterov's.</param>
/// <param name="WeightDecay">Weight decay; bounded scales have none.</param>
/// <param name="BoundedScaleRate">How much faster bounded scales learned.</param>
/// <param name="LabelSmoothing">Label smoothing.</param>
/// <param name="CropPadding">Pixels of border for a random crop back to the image's size; 0 for none.</param>
/// <param name="Flip">Whether images were flipped left to right at random.</param>
/// <param name="KeepBest">Whether the best epoch was kept, instead of the last.</param>
public sealed record StoredRecipe(
    string Schedule,
    double WarmUpEpochs,
    double Momentum,
    bool Nesterov,
    double WeightDecay,
    double BoundedScaleRate,
    double LabelSmoothing,
    int CropPadding,
    bool Flip,
    bool KeepBest);
