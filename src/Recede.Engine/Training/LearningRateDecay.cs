namespace Recede.Engine.Training;

/// <summary>How the learning rate falls.</summary>
public enum LearningRateDecay
{
    /// <summary>Divided by 10 at 50 % and at 75 % of the epochs: the paper's recipe.</summary>
    Step,

    /// <summary>Half a cosine down to 0: better for short runs.</summary>
    Cosine,
}
