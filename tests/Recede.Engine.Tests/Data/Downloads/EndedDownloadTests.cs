using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Tests.Checkpoints;

namespace Recede.Engine.Tests.Data.Downloads;

/// <summary>A download that a full disk or a kill ends, at every step of writing: the next one succeeds, and nothing half stands where data are looked for.</summary>
internal sealed class EndedDownloadTests
{
    private TemporaryFolder _folder = null!;
    private LoopbackServer _server = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _server = new LoopbackServer();
    }

    [TearDown]
    public void TearDown()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_full_disk_at_any_step_is_told_and_leaves_no_half_file()
    {
        var steps = TryAllSteps(
            () => throw new IOException("No space left on device"),
            e => Assert.That(e, Is.InstanceOf<DatasetUnavailableException>().With.Message.Contains("No space left on device")));
        Assert.That(steps, Is.GreaterThanOrEqualTo(12), "create, write, sync, rename of the archive; create, write, sync of two files; folders");
    }

    [Test]
    public void A_kill_at_any_step_is_recovered_from() =>
        TryAllSteps(() => throw new Killed(), e => Assert.That(e, Is.InstanceOf<Killed>()));

    [Test]
    public void What_a_killed_process_was_unpacking_is_unpacked_anew()
    {
        var dataset = ServedDataset.Cifar100(_server);
        _folder.Write(Path.Combine(dataset.Name, "cifar-100-binary.unpacking", "train.bin"), [1]);
        _folder.Write(Path.Combine(dataset.Name, "cifar-100-binary", "train.bin"), [1]);
        Assert.That(DatasetCatalog.Open(dataset, Options(FileOperations.Real), CancellationToken.None).Train.Count, Is.EqualTo(40));
    }

    [Test]
    public void Too_little_space_is_told_before_anything_is_asked_for()
    {
        var dataset = ServedDataset.Cifar100(_server);
        var e = Assert.Throws<DatasetUnavailableException>(
            () => DatasetCatalog.Open(dataset, Options(new SmallDisk()), CancellationToken.None))!;
        Assert.That(e.Message, Does.Contain("has 1000 bytes left").And.Contain($"{3 * dataset.Files[0].Bytes} are needed"));
        Assert.That(_server.Requests, Is.Empty);
    }

    private int TryAllSteps(Action happens, Action<Exception> check)
    {
        var dataset = ServedDataset.Cifar100(_server);
        for (var step = 1; ; step++)
        {
            var place = Path.Combine(_folder.Path, dataset.Name);
            Exception? ended = null;
            try
            {
                DatasetCatalog.Open(dataset, Options(new Stepped(step, happens)), CancellationToken.None);
            }
            catch (Exception e)
            {
                ended = e;
                check(e);
                var unpacked = Path.Combine(place, "cifar-100-binary");
                Assert.That(
                    Directory.Exists(unpacked) ? Directory.GetFiles(unpacked).Length : 2, Is.EqualTo(2), $"step {step}: a folder of data is whole");
                var archive = new FileInfo(Path.Combine(place, ServedDataset.ArchiveName));
                Assert.That(!archive.Exists || archive.Length == dataset.Files[0].Bytes, $"step {step}: an archive is whole");
            }

            Assert.That(DatasetCatalog.Open(dataset, Options(FileOperations.Real), CancellationToken.None).Train.Count, Is.EqualTo(40), $"step {step}");
            Directory.Delete(place, recursive: true);
            if (ended is null)
            {
                return step - 1;
            }
        }
    }

    private DatasetOptions Options(FileOperations files) => new() { Cache = _folder.Path, Address = _server.Address, Files = files };

    private sealed class Killed : Exception;

    private sealed class SmallDisk : FileOperations
    {
        public override long FreeBytes(string folder) => 1000;
    }
}
