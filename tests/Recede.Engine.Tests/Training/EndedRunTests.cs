using Recede.Engine.Devices;
using Recede.Engine.Tests.Checkpoints;
using Recede.Engine.Tests.Data;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>Whatever ends a run while its files are written, it goes on to the very bits of a run that nothing ended.</summary>
internal sealed class EndedRunTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_run_that_is_killed_at_any_write_sync_or_rename_ends_with_the_same_bits()
    {
        EndAtEveryFileStep(() => throw new Killed(), typeof(Killed));
    }

    [Test]
    public void A_disk_that_is_full_at_any_write_leaves_the_last_good_checkpoint()
    {
        EndAtEveryFileStep(() => throw new IOException("No space left on device"), typeof(IOException));
    }

    [Test]
    public void Two_processes_cannot_hold_one_folder()
    {
        using var first = RunFolder.Open(In("held"));
        Assert.That(() => RunFolder.Open(In("held")), Throws.InstanceOf<IOException>().With.Message.Contains(In("held")).And.Message.Contains("another process"));
    }

    private void EndAtEveryFileStep(Action happens, Type expectedEnd)
    {
        using var device = Device.Cpu(1);
        var expected = KeptRun.Run(device, In("whole"));
        var all = new Stepped(0, () => { });
        KeptRun.Run(device, In("counted"), all);
        Assert.That(all.Done, Has.Count.GreaterThan(50));
        for (var step = 1; step <= all.Done.Count; step++)
        {
            var name = $"ended-{step}";
            Assert.That(() => KeptRun.Run(device, In(name), new Stepped(step, happens)), Throws.InstanceOf(expectedEnd), $"file step {step}");
            KeptRun.CheckSame(KeptRun.Run(device, In(name)), In(name), expected, In("whole"));
            Directory.Delete(In(name), recursive: true);
        }
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private sealed class Killed : Exception;
}
