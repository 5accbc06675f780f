using Recede.Engine.Tests.Data;

namespace Recede.Engine.Tests.Runner;

/// <summary>That a run goes on behind the test in which an earlier process ended.</summary>
internal sealed class TestLogTests
{
    [Test]
    public void A_test_that_never_ended_has_failed_and_is_done()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "log.jsonl");
        using (var log = new TestLog(path))
        {
            log.Begin("one");
            log.Add("one", "Passed", 0.5, null);
            log.Begin("two");
        }

        // A process that is killed may leave half a line.
        File.AppendAllText(path, """{"test":"thr""");
        using (var log = new TestLog(path))
        {
            Assert.That(log.Done, Is.EquivalentTo(new[] { "one", "two" }));
            Assert.That(log.Entries["one"].Outcome, Is.EqualTo("Passed"));
            Assert.That(log.Entries["two"], Is.EqualTo(new TestLog.Entry("Failed", 0, "the process ended in this test")));
            log.Begin("three");
        }

        using var last = new TestLog(path);
        Assert.That(last.Entries["three"].Outcome, Is.EqualTo("Failed"));
    }

    [Test]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.That(TestRunOptions.Parse(["--category"]), Is.Null);
        Assert.That(TestRunOptions.Parse(["--colour", "blue"]), Is.Null);
        Assert.That(TestRunOptions.Parse(["--name", "a", "--name", "b"])!.Names, Is.EqualTo(new[] { "a", "b" }));
    }
}
