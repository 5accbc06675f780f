using Recede.Engine.Optim;

namespace Recede.Engine.Tests.Optim;

public sealed class LearningRateScheduleTests
{
    [TestCase(0, 0.1)]
    [TestCase(79.99, 0.1)]
    [TestCase(80, 0.01)]
    [TestCase(119.99, 0.01)]
    [TestCase(120, 0.001)]
    [TestCase(160, 0.001)]
    [TestCase(1000, 0.001)]
    public void Steps_down_at_half_and_three_quarters(double epoch, double rate) =>
        Assert.That(new StepSchedule(0.1f, 160).Rate(epoch), Is.EqualTo(rate).Within(1e-8));

    [Test]
    public void Steps_at_given_milestones()
    {
        var schedule = new StepSchedule(1, 5, [0.3], 0.5);
        Assert.That(schedule.Rate(1.49), Is.EqualTo(1));
        Assert.That(schedule.Rate(1.5), Is.EqualTo(0.5f));
        Assert.That(new StepSchedule(1, 5, []).Rate(4.9), Is.EqualTo(1));
    }

    [TestCase(0, 0.1)]
    [TestCase(2, 0.1 * 0.8535533905932737)]
    [TestCase(4, 0.05)]
    [TestCase(8, 0)]
    [TestCase(9, 0)]
    public void Falls_along_half_a_cosine(double epoch, double rate) =>
        Assert.That(new CosineSchedule(0.1f, 8).Rate(epoch), Is.EqualTo(rate).Within(1e-8));

    [Test]
    public void A_cosine_ends_at_its_final_rate_after_a_warm_up()
    {
        var schedule = new CosineSchedule(0.1f, 10, warmUpEpochs: 2, finalRate: 0.02f);
        Assert.That(schedule.Rate(0), Is.Zero);
        Assert.That(schedule.Rate(0.5), Is.EqualTo(0.025).Within(1e-8));
        Assert.That(schedule.Rate(2), Is.EqualTo(0.1f));
        Assert.That(schedule.Rate(6), Is.EqualTo(0.06).Within(1e-8));
        Assert.That(schedule.Rate(10), Is.EqualTo(0.02).Within(1e-8));
        Assert.That(new CosineSchedule(0, 10).Rate(3), Is.Zero);
    }

    [Test]
    public void A_warm_up_may_be_part_of_an_epoch()
    {
        var schedule = new StepSchedule(0.2f, 4, warmUpEpochs: 0.5);
        Assert.That(schedule.Rate(0.25), Is.EqualTo(0.1).Within(1e-8));
        Assert.That(schedule.Rate(0.5), Is.EqualTo(0.2f));
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        Assert.That(() => new StepSchedule(-1, 1), Refused);
        Assert.That(() => new StepSchedule(float.NaN, 1), Refused);
        Assert.That(() => new StepSchedule(1, 0), Refused);
        Assert.That(() => new StepSchedule(1, double.NaN), Refused);
        Assert.That(() => new StepSchedule(1, double.PositiveInfinity), Refused);
        Assert.That(() => new StepSchedule(1, 1, warmUpEpochs: 1), Refused);
        Assert.That(() => new StepSchedule(1, 1, warmUpEpochs: -1), Refused);
        Assert.That(() => new StepSchedule(1, 1, warmUpEpochs: double.NaN), Refused);
        Assert.That(() => new StepSchedule(1, 1, factor: 0), Refused);
        Assert.That(() => new StepSchedule(1, 1, factor: double.NaN), Refused);
        Assert.That(() => new StepSchedule(1, 1, [0.5, 0.5]), Throws.ArgumentException.With.Message.Contains("milestone 1 is 0.5"));
        Assert.That(() => new StepSchedule(1, 1, [0]), Throws.ArgumentException);
        Assert.That(() => new StepSchedule(1, 1, [1]), Throws.ArgumentException);
        Assert.That(() => new StepSchedule(1, 1, [double.NaN]), Throws.ArgumentException);
        Assert.That(() => new CosineSchedule(1, 1, finalRate: 2), Refused);
        Assert.That(() => new CosineSchedule(1, 1, finalRate: float.NaN), Refused);
        Assert.That(() => new CosineSchedule(1, 1).Rate(-0.1), Refused);
        Assert.That(() => new CosineSchedule(1, 1).Rate(double.NaN), Refused);
    }

    private static NUnit.Framework.Constraints.ExactTypeConstraint Refused => Throws.TypeOf<ArgumentOutOfRangeException>();
}
