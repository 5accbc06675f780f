using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Engine.Tests.Trainer;

/// <summary>What a run says of itself, line by line.</summary>
public sealed class PlainDisplayTests
{
    [Test]
    public void The_histogram_is_that_of_the_kept_epoch_also_where_another_process_trained_it()
    {
        using var output = new StringWriter();
        var display = new PlainDisplay(output, quiet: false);
        int[] bins = [30, .. new int[18], 10];
        EpochReport[] epochs = [Epoch(1, bins, isBest: true), Epoch(2, [0, .. new int[18], 40], isBest: false)];

        display.Begin([], "Importances");
        display.OnPhase("train", 2);
        display.OnEpoch(epochs[1]);
        display.OnTrained(new FitResult(epochs, 1, epochs[0].Test), new NetworkResult(0.75, new NetworkCost(1, 1, 4, 4), 1));

        Assert.That(output.ToString(), Does.Contain("Importances after epoch 1, the one that is kept").And.Contain("40 channels: 75.0 % under 0.05"));
    }

    private static EpochReport Epoch(int epoch, int[] bins, bool isBest) =>
        new(epoch, 2, 0.1f, 1, 0, 0.5, new Evaluation(1, isBest ? 0.75 : 0.5, 48), bins, 1, isBest);
}
