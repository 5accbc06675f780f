using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Engine.Tests.Trainer;

/// <summary>How long a phase still takes, by a clock that a test sets.</summary>
public sealed class PhaseClockTests
{
    private SetClock _time = null!;
    private PhaseClock _clock = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new SetClock();
        _clock = new PhaseClock(_time);
        _clock.Start();
    }

    [Test]
    public void The_time_left_follows_from_what_is_done()
    {
        Step(epoch: 1, step: 1);
        Assert.That((_clock.Done, _clock.SecondsLeft), Is.EqualTo((0.05, 19.0)).Within(1e-9));
        Step(epoch: 1, step: 2);
        Assert.That((_clock.Done, _clock.SecondsLeft), Is.EqualTo((0.1, 18.0)).Within(1e-9));
        Assert.That(_clock.ImagesPerSecond, Is.EqualTo(32));
    }

    [Test]
    public void What_was_done_before_a_run_went_on_took_no_time_here()
    {
        Step(epoch: 9, step: 2);
        Assert.That((_clock.Done, _clock.SecondsLeft), Is.EqualTo((0.9, 2.0)).Within(1e-9));
        _clock.EndEpoch();
        Step(epoch: 10, step: 1);
        Assert.That((_clock.Done, _clock.SecondsLeft), Is.EqualTo((0.95, 1.0)).Within(1e-9));

        // The next phase begins at its beginning.
        _clock.Start();
        Step(epoch: 1, step: 1);
        Assert.That((_clock.Done, _clock.SecondsLeft), Is.EqualTo((0.05, 19.0)).Within(1e-9));
    }

    // One of two steps of ten epochs, which takes a second.
    private void Step(int epoch, int step)
    {
        _time.Seconds++;
        _clock.Count(new StepReport(epoch, 10, step, 2, 32, 1, 0.5));
    }

    private sealed class SetClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
