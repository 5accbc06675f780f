using Recede.Engine.Core;

namespace Recede.Engine.Optim;

/// <summary>Ways to group a network's parameters.</summary>
public static class ParameterGroups
{
    /// <summary>
    /// The groups of Suteu and Guo's recipe (arXiv 2204.06404): scales of bounded norms learn
    /// <paramref name="boundedScaleRate"/> times as fast and do not decay; everything else decays.
    /// </summary>
    /// <param name="parameters">A network's parameters; running statistics are left out.</param>
    /// <param name="weightDecay">Of weights, biases, and plain norms' scales and shifts.</param>
    /// <param name="boundedScaleRate">Learning rate scale of bounded scales.</param>
    /// <returns>One or two groups, each with a parameter at least; none when nothing is trainable.</returns>
    public static IReadOnlyList<ParameterGroup> FromRecipe(
        IEnumerable<Parameter> parameters, float weightDecay, float boundedScaleRate = 10)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var decayed = new List<Parameter>();
        var bounded = new List<Parameter>();
        foreach (var parameter in parameters)
        {
            if (parameter.Trainable)
            {
                (parameter.Role == ParameterRole.BoundedScale ? bounded : decayed).Add(parameter);
            }
        }

        var groups = new List<ParameterGroup>();
        if (decayed.Count > 0)
        {
            groups.Add(new ParameterGroup(decayed) { WeightDecay = weightDecay });
        }

        if (bounded.Count > 0)
        {
            groups.Add(new ParameterGroup(bounded) { LearningRateScale = boundedScaleRate });
        }

        return groups;
    }
}
