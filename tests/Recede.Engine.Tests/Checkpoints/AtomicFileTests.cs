using Recede.Engine.Core;
using Recede.Engine.Tests.Data;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>Whatever step fails, and wherever a process is killed, the file is the old one or the new one.</summary>
internal sealed class AtomicFileTests
{
    private TemporaryFolder _folder = null!;
    private string _path = "";

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _path = Path.Combine(_folder.Path, "file");
        File.WriteAllText(_path, "old");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_failure_of_any_step_is_told_and_leaves_a_whole_file([Range(1, 6)] int step)
    {
        var files = new Stepped(step, () => throw new IOException("No space left on device"));
        var e = Assert.Throws<IOException>(() => AtomicFile.Write(_path, Contents, files))!;
        Assert.That(e.Message, Does.Contain(_path).And.Contain("No space left"));
        Assert.That(File.ReadAllText(_path), Is.EqualTo(step < 6 ? "old" : "newest"), "the folder's sync is the last step");
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { _path }));
    }

    [Test]
    public void A_kill_at_any_step_leaves_a_whole_file_and_the_next_write_succeeds([Range(1, 6)] int step)
    {
        // A process that is killed runs no more of its code, not even what tidies up.
        var files = new Stepped(step, () => throw new Killed());
        Assert.Throws<Killed>(() => AtomicFile.Write(_path, Contents, files));
        Assert.That(File.ReadAllText(_path), Is.EqualTo(step < 6 ? "old" : "newest"));
        AtomicFile.Write(_path, Contents);
        Assert.That(File.ReadAllText(_path), Is.EqualTo("newest"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { _path }));
    }

    [Test]
    public void The_steps_are_six_in_this_order()
    {
        var files = new Stepped(0, () => { });
        AtomicFile.Write(_path, Contents, files);
        Assert.That(files.Done, Is.EqualTo(new[] { "create", "write", "write", "sync", "move", "sync folder" }));
    }

    private static void Contents(Stream stream)
    {
        stream.Write("new"u8);
        stream.Write("est"u8);
    }

    private sealed class Killed : Exception;
}
