using System.Text;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>What a pruning plan removed, in a few lines within 80 columns.</summary>
internal static class PlanLines
{
    private const int Width = 79;
    private const string Indent = "  ";

    /// <summary>The lines: channels, costs, widths, accuracy.</summary>
    public static IEnumerable<string> Of(PruningPlan plan, Evaluation? before)
    {
        var removed = plan.Widths.Sum(width => width.Before - width.After);
        var all = plan.Widths.Sum(width => width.Before);
        yield return Figures.Format(
            $"Pruned {Figures.Ratio(plan.Ratio)}: {removed:N0} of {all:N0} channels went, {Figures.Percent(plan.AchievedRatio)}");
        foreach (var line in Widths(plan.Widths))
        {
            yield return line;
        }

        yield return Row("parameters", Figures.Count(plan.Before.Parameters), Figures.Count(plan.After.Parameters));
        yield return Row("FLOPs", Figures.MultiplyAdds(plan.Before.MultiplyAdds), Figures.MultiplyAdds(plan.After.MultiplyAdds));
        yield return Row("bytes", Figures.Bytes(plan.Before.LogicalBytes), Figures.Bytes(plan.After.LogicalBytes))
            + Figures.Format(
                $"; in memory {Figures.Bytes(plan.Before.PhysicalBytes)} -> {Figures.Bytes(plan.After.PhysicalBytes)}");
        if (before is { } evaluation)
        {
            yield return $"{Indent}accuracy    {Figures.Percent(evaluation.Accuracy)} before any fine-tuning";
        }
    }

    private static string Row(string name, string before, string after) => $"{Indent}{name,-12}{before} -> {after}";

    // Two rows, the widths before above those after, broken where the line is full.
    private static IEnumerable<string> Widths(IReadOnlyList<SpaceWidth> widths)
    {
        const string First = "widths      ";
        const string Second = "->          ";
        var before = new StringBuilder(Indent + First);
        var after = new StringBuilder(Indent + Second);
        foreach (var width in widths)
        {
            var cell = Figures.Format($"{width.Before}").Length + 1;
            if (before.Length + cell > Width)
            {
                yield return before.ToString().TrimEnd();
                yield return after.ToString().TrimEnd();
                before.Clear().Append(Indent).Append(' ', First.Length);
                after.Clear().Append(Indent).Append(Second);
            }

            before.Append(Figures.Format($"{width.Before}")).Append(' ');
            after.Append(Figures.Format($"{width.After}").PadLeft(cell - 1)).Append(' ');
        }

        yield return before.ToString().TrimEnd();
        yield return after.ToString().TrimEnd();
    }
}
