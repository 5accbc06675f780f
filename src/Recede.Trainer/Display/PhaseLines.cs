using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>The lines of a phase: its title, one line an epoch under headings, within 80 columns.</summary>
internal static class PhaseLines
{
    /// <summary>The headings.</summary>
    public const string Heading = "    epoch       lr   train loss  train %   test loss  test %   receded  images/s";

    /// <summary>What stands above the headings: "Train, 8 epochs".</summary>
    public static string Title(string phase, int epochs) => Figures.Format(
        $"{char.ToUpperInvariant(phase[0])}{phase[1..]}, {Figures.Epochs(epochs)} (* best so far; the best is kept)");

    /// <summary>What stands above the histogram.</summary>
    public static string Histogram(string scores, EpochReport kept) => Figures.Format(
        $"{scores} after epoch {kept.Epoch}, the one that is kept: channels in 20 bins");

    /// <summary>The last line.</summary>
    public static string Ending(double seconds, string? path) => path is null
        ? $"Done in {Figures.Duration(seconds)}."
        : $"Done in {Figures.Duration(seconds)}; all figures are in {path}";

    /// <summary>The epoch's line.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="imagesPerSecond">Training images a second.</param>
    public static string Of(EpochReport epoch, double imagesPerSecond)
    {
        var number = Figures.Format($"{epoch.Epoch}/{epoch.Epochs}");
        var receded = Figures.Format($"{100 * ImportanceBars.ShareBelow(epoch.Importances, 0.05):F1} %");
        return Figures.Format(
            $"{number,9}{epoch.LearningRate,9:g3}{epoch.TrainLoss,13:F4}{100 * epoch.TrainAccuracy,9:F1}{epoch.Test.Loss,12:F4}{100 * epoch.Test.Accuracy,8:F1}{(epoch.IsBest ? "*" : " ")}{receded,9}{imagesPerSecond,10:N0}");
    }
}
