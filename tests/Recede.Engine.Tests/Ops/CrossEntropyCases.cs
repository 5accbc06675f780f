using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of cross-entropy.</summary>
internal static class CrossEntropyCases
{
    public static IEnumerable<OpCase> Rows { get; } =
    [
        Row(1, 1, 0), Row(5, 1, 0.1f), Row(1, 3, 0), Row(2, 7, 0.1f), Row(5, 10, 0), Row(64, 10, 0.1f), Row(2, 16, 0.5f), Row(1, 31, 1),
        Row(2, 37, 0.1f), Row(2, 1000, 0), Row(9, 1003, 0.1f), Row(3, 5000, 0.1f), Row(2, 7, 0.1f, scale: 64),
    ];

    private static OpCase Row(int n, int classes, float smoothing, double scale = 1) => new(
        $"CrossEntropy [{n},1,1,{classes}] smoothing {smoothing} scale {scale}",
        [OpOperand.Activation(n, 1, 1, classes).Scaled(scale), OpOperand.Labels(n, classes)],
        (tape, x) =>
        {
            CrossEntropyResult result = tape.CrossEntropy(x[0], x[1], smoothing);
            return [result.Loss, result.Correct];
        },
        x => Oracle(x[0], x[1], classes, smoothing));

    private static double[][] Oracle(double[] logits, double[] labels, int classes, double smoothing)
    {
        double loss = 0;
        int correct = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            double[] x = logits[(n * classes)..((n + 1) * classes)];
            int label = (int)labels[n];
            double largest = x.Max();
            double logSum = largest + Math.Log(x.Sum(v => Math.Exp(v - largest)));
            for (int k = 0; k < classes; k++)
            {
                double target = ((1 - smoothing) * (k == label ? 1 : 0)) + (smoothing / classes);
                loss += target * (logSum - x[k]);
            }

            correct += Array.IndexOf(x, largest) == label ? 1 : 0;
        }

        return [[loss / labels.Length], [correct]];
    }
}
