using Recede.Trainer.Display;

namespace Recede.Engine.Tests.Trainer;

/// <summary>How figures are shown.</summary>
public sealed class FiguresTests
{
    [TestCase(0, "0.0 %")]
    [TestCase(0.8957, "89.6 %")]
    [TestCase(1, "100.0 %")]
    public void Percents(double share, string expected) => Assert.That(Figures.Percent(share), Is.EqualTo(expected));

    [TestCase(0.5, "50 %")]
    [TestCase(0.125, "12.5 %")]
    [TestCase(0.29, "29 %")]
    public void Ratios(double share, string expected) => Assert.That(Figures.Ratio(share), Is.EqualTo(expected));

    [TestCase(0L, "0 B")]
    [TestCase(999L, "999 B")]
    [TestCase(1000L, "1.00 kB")]
    [TestCase(9_994L, "9.99 kB")]
    [TestCase(9_996L, "10.0 kB")]
    [TestCase(99_949L, "99.9 kB")]
    [TestCase(999_400L, "999 kB")]
    [TestCase(999_600L, "1.00 MB")]
    [TestCase(553_463_968L, "553 MB")]
    public void Bytes(long bytes, string expected) => Assert.That(Figures.Bytes(bytes), Is.EqualTo(expected));

    [TestCase(853_018L, "853,018")]
    [TestCase(14_728_266L, "14.73 M")]
    public void Counts(long count, string expected) => Assert.That(Figures.Count(count), Is.EqualTo(expected));

    [TestCase(0.0, "0.0 s")]
    [TestCase(9.94, "9.9 s")]
    [TestCase(59.4, "59 s")]
    [TestCase(59.6, "1:00")]
    [TestCase(187.0, "3:07")]
    [TestCase(3723.0, "1:02:03")]
    [TestCase(double.PositiveInfinity, "277777:46:40")]
    public void Durations(double seconds, string expected) => Assert.That(Figures.Duration(seconds), Is.EqualTo(expected));

    [TestCase(0.05, "0.05")]
    [TestCase(0.0961939f, "0.09619")]
    [TestCase(1e-5, "1e-05")]
    [TestCase(0.0, "0")]
    public void Small_numbers(double value, string expected) => Assert.That(Figures.Small(value), Is.EqualTo(expected));

    [Test]
    public void Importances_are_drawn_with_the_highest_bin_full_and_no_channel_unseen()
    {
        var bins = new int[20];
        bins[0] = 400;
        bins[3] = 1;
        bins[19] = 100;

        var lines = ImportanceBars.Draw(bins).ToArray();

        Assert.That(lines, Is.EqualTo(new[]
        {
            "  \u2588\u2588",
            "  \u2588\u2588",
            "  \u2588\u2588" + new string(' ', 55) + "\u2588\u2588",
            "  \u2588\u2588       \u2582\u2582" + new string(' ', 46) + "\u2588\u2588",
            "  0              0.25           0.5            0.75         1",
        }));
        Assert.That(ImportanceBars.Summary(bins), Is.EqualTo("501 channels: 79.8 % under 0.05, 0.2 % in 0.1..0.5, 20.0 % from 0.5 on"));
    }

    [Test]
    public void Importances_are_listed_in_two_lines()
    {
        var bins = Enumerable.Range(1, 20).ToArray();

        Assert.That(ImportanceBars.List(bins), Is.EqualTo(new[]
        {
            "  0.00-0.50:     1     2     3     4     5     6     7     8     9    10",
            "  0.50-1.00:    11    12    13    14    15    16    17    18    19    20",
        }));
    }
}
