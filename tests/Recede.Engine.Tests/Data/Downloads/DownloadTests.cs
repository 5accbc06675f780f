using Recede.Engine.Data;
using Recede.Engine.Data.Downloads;

namespace Recede.Engine.Tests.Data.Downloads;

/// <summary>What a server and a network do to a download, tried on loopback.</summary>
internal sealed class DownloadTests
{
    private TemporaryFolder _folder = null!;
    private LoopbackServer _server = null!;
    private Told _told = null!;
    private DatasetOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _server = new LoopbackServer();
        _told = new Told();
        _options = new DatasetOptions
        {
            Cache = _folder.Path, Address = _server.Address, Listener = _told, Timeout = TimeSpan.FromSeconds(30),
        };
    }

    [TearDown]
    public void TearDown()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Four_files_are_downloaded_once_and_opened()
    {
        var dataset = ServedDataset.Idx(_server);
        for (var time = 0; time < 2; time++)
        {
            var pair = Open(dataset);
            Assert.That((pair.Train.Count, pair.Test.Count, pair.Train.Height, pair.Train.Width), Is.EqualTo((30, 20, 6, 5)));
            Assert.That(((ImageDataset)pair.Test).Image(19).ToArray(), Is.EqualTo(DataBytes.IdxImages(20, 6, 5, seed: 2)[^30..]));
        }

        Assert.That(_server.Requests, Is.EqualTo(dataset.Files.Select(file => file.Name)));
        Assert.That(FilesOf(dataset), Is.EquivalentTo(dataset.Files.Select(file => file.Name)));
        Assert.That(_told.Last, Is.EqualTo((dataset.Files[3].Bytes, dataset.Files[3].Bytes)));
    }

    [Test]
    public void An_archive_is_downloaded_unpacked_and_deleted()
    {
        var dataset = ServedDataset.Cifar100(_server);
        for (var time = 0; time < 2; time++)
        {
            var pair = Open(dataset);
            Assert.That((pair.Name, pair.Train.Count, pair.Test.Count), Is.EqualTo(("cifar-100", 40, 10)));
        }

        Assert.That(_server.Requests, Has.Length.EqualTo(1));
        Assert.That(FilesOf(dataset), Is.Empty);
        Assert.That(Directory.GetFiles(Place(dataset, "cifar-100-binary")).Select(Path.GetFileName), Is.EquivalentTo(new[] { "train.bin", "test.bin" }));
    }

    [Test]
    public void An_archive_that_somebody_put_there_is_taken_if_it_is_the_one()
    {
        var dataset = ServedDataset.Cifar100(_server);
        _folder.Write(Path.Combine(dataset.Name, ServedDataset.ArchiveName), [1, 2, 3]);
        Assert.That(Fails(dataset), Does.Contain(Place(dataset, ServedDataset.ArchiveName) + " is not the file that it should be"));

        _folder.Write(Path.Combine(dataset.Name, ServedDataset.ArchiveName), _server.Files[ServedDataset.ArchiveName]);
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
        Assert.That(_server.Requests, Is.Empty);
    }

    [Test]
    public void A_cut_connection_is_gone_on_with([Values] bool hidesLength)
    {
        var dataset = ServedDataset.Cifar100(_server);
        _server.HidesLength = hidesLength;
        _server.CutBehind = 1000;
        var part = Place(dataset, ServedDataset.ArchiveName + ".part");
        var message = Fails(dataset);
        Assert.That(message, Does.Contain("was cut off").And.Contain($"the 1000 bytes that came are kept in {part}, and the next try goes on from them"));
        Assert.That(new FileInfo(part).Length, Is.EqualTo(1000));
        Fails(dataset);

        _server.CutBehind = null;
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
        Assert.That(_server.Requests, Is.EqualTo(new[] { "", " from 1000", " from 2000" }.Select(from => ServedDataset.ArchiveName + from)));
        Assert.That(part, Does.Not.Exist);
    }

    [Test]
    public void A_server_that_ignores_ranges_is_asked_once_for_all_of_it()
    {
        var dataset = ServedDataset.Cifar100(_server);
        _server.CutBehind = 1000;
        Fails(dataset);
        (_server.CutBehind, _server.IgnoresRanges) = (null, true);
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
        Assert.That(_server.Requests, Has.Length.EqualTo(2));
    }

    [Test]
    public void A_beginning_that_is_wrong_is_thrown_away([Values(1000, int.MaxValue)] int bytes)
    {
        var dataset = ServedDataset.Cifar100(_server);
        var all = dataset.Files[0].Bytes;
        _folder.Write(Path.Combine(dataset.Name, ServedDataset.ArchiveName + ".part"), new byte[Math.Min(bytes, all + 1)]);
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
    }

    [Test]
    public void A_part_that_is_whole_needs_no_server()
    {
        var dataset = ServedDataset.Cifar100(_server);
        _folder.Write(Path.Combine(dataset.Name, ServedDataset.ArchiveName + ".part"), _server.Files[ServedDataset.ArchiveName]);
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
        Assert.That(_server.Requests, Is.Empty);
    }

    [Test]
    public void A_wrong_hash_is_told_and_leaves_nothing()
    {
        var dataset = ServedDataset.Cifar100(_server);
        _server.Files[ServedDataset.ArchiveName][500] ^= 1;
        Assert.That(Fails(dataset), Does.Contain("SHA-256").And.Contain(dataset.Files[0].Sha256).And.Contain("it was deleted"));
        Assert.That(FilesOf(dataset), Is.Empty);
    }

    [TestCase(-1, false, "bytes, expected")]
    [TestCase(1, false, "bytes, expected")]
    [TestCase(1, true, "it has more than the expected")]
    public void A_file_of_another_length_is_told_and_leaves_nothing(int more, bool hidesLength, string told)
    {
        var dataset = ServedDataset.Cifar100(_server);
        var file = _server.Files[ServedDataset.ArchiveName];
        Array.Resize(ref file, file.Length + more);
        _server.Files[ServedDataset.ArchiveName] = file;
        _server.HidesLength = hidesLength;
        Assert.That(Fails(dataset), Does.Contain("is not the file that it should be").And.Contain(told));
        Assert.That(FilesOf(dataset), Is.Empty);
    }

    [TestCase("503 Service Unavailable")]
    [TestCase("403 Forbidden")]
    [TestCase("404 Not Found")]
    [TestCase("204 No Content")]
    public void What_a_server_answers_is_told(string status)
    {
        var dataset = ServedDataset.Idx(_server);
        _server.Status = status;
        Assert.That(Fails(dataset), Does.Contain($"{_server.Address}train-images-idx3-ubyte.gz answers {status}"));
        Assert.That(FilesOf(dataset), Is.Empty);
    }

    [TestCase("503 Service Unavailable", 0)]
    [TestCase("403 Forbidden", 0)]
    [TestCase("204 No Content", 0)]
    [TestCase("302 Found", 0)]
    [TestCase(null, 5000)]
    public void What_came_is_kept_when_the_next_answer_is_not_the_file(string? status, int otherLength)
    {
        var dataset = ServedDataset.Cifar100(_server);
        var file = _server.Files[ServedDataset.ArchiveName];
        _server.CutBehind = 1000;
        Fails(dataset);

        (_server.CutBehind, _server.Status, _server.IgnoresRanges) = (null, status, true);
        _server.Files[ServedDataset.ArchiveName] = new byte[otherLength];
        Assert.That(Fails(dataset), Does.Contain("the 1000 bytes that came are kept"));
        Assert.That(_server.Requests, Has.Length.EqualTo(2));

        (_server.Status, _server.IgnoresRanges) = (null, false);
        _server.Files[ServedDataset.ArchiveName] = file;
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
        Assert.That(_server.Requests[^1], Is.EqualTo(ServedDataset.ArchiveName + " from 1000"));
    }

    [Test]
    public void A_server_that_refuses_the_range_is_asked_for_all_of_it()
    {
        var dataset = ServedDataset.Cifar100(_server);
        _server.CutBehind = 1000;
        Fails(dataset);
        _server.CutBehind = null;
        _server.BeforeAnswer = () => _server.Status = _server.Requests.Length == 2 ? "416 Range Not Satisfiable" : null;
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
        Assert.That(_server.Requests, Is.EqualTo(new[] { "", " from 1000", "" }.Select(from => ServedDataset.ArchiveName + from)));
    }

    [Test]
    public void A_loop_of_redirections_ends()
    {
        var dataset = ServedDataset.Idx(_server);
        _server.Location = _server.Address + "again";
        Assert.That(Fails(dataset), Does.Contain("over too many addresses"));
        Assert.That(_server.Requests, Has.Length.InRange(2, 50));
    }

    [Test]
    public void A_silent_server_is_given_up([Values(0, 1000)] int behind)
    {
        var dataset = ServedDataset.Cifar100(_server);
        _server.SilentBehind = behind;
        _options = _options with { Timeout = TimeSpan.FromSeconds(0.5) };
        Assert.That(Fails(dataset), Does.Contain("was silent for 0.5 seconds"));
    }

    [Test]
    public void No_network_is_told()
    {
        var dataset = ServedDataset.Idx(_server);
        _server.Dispose();
        var message = Fails(dataset);
        Assert.That(message, Does.Contain("could not be reached: ").And.Contain("refused"));
        Assert.That(FilesOf(dataset), Is.Empty);
    }

    [Test]
    public void A_cancelled_download_is_gone_on_with()
    {
        var dataset = ServedDataset.Cifar100(_server);
        using var cancellation = new CancellationTokenSource();
        _server.SilentBehind = 1000;
        _told.Each = (done, _) =>
        {
            if (done == 1000)
            {
                cancellation.Cancel();
            }
        };
        Assert.That(() => DatasetCatalog.Open(dataset, _options, cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        _server.SilentBehind = null;
        Assert.That(Open(dataset).Train.Count, Is.EqualTo(40));
        Assert.That(_server.Requests[^1], Is.EqualTo(ServedDataset.ArchiveName + " from 1000"));
    }

    [Test]
    public void An_address_that_is_none_is_told([Values("ftp://here/", "files", "")] string address)
    {
        _options = _options with { Address = address };
        Assert.That(Fails(ServedDataset.Idx(_server)), Does.Contain($"'{address}").And.Contain("is no address to download from"));
    }

    [Test]
    public void Of_two_at_once_one_downloads_and_the_other_waits()
    {
        var dataset = ServedDataset.Cifar100(_server);
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        _server.BeforeAnswer = () =>
        {
            begun.Set();
            goOn.Wait();
        };
        var waiting = new Told { Waits = goOn.Set };
        var first = Task.Run(() => Open(dataset));
        begun.Wait();
        var second = Task.Run(() => DatasetCatalog.Open(dataset, _options with { Listener = waiting }, CancellationToken.None));

        Assert.That(first.Result.Train.Count + second.Result.Train.Count, Is.EqualTo(80));
        Assert.That(_server.Requests, Has.Length.EqualTo(1));
        Assert.That(waiting.Folder, Is.EqualTo(Place(dataset)));
    }

    private DatasetPair Open(NamedDataset dataset) => DatasetCatalog.Open(dataset, _options, CancellationToken.None);

    // Every failure says what to do.
    private string Fails(NamedDataset dataset)
    {
        var message = Assert.Throws<DatasetUnavailableException>(() => Open(dataset))!.Message;
        Assert.That(message, Does.StartWith($"{dataset.Name} is not here: ").And.Contain($"into {Place(dataset)}, or open the folder that holds"));
        Assert.That(message, Does.Contain(dataset.Files[0].Name).And.Not.Contain("\n"));
        return message;
    }

    private string Place(NamedDataset dataset, string name = "") => Path.Combine(_folder.Path, dataset.Name, name).TrimEnd(Path.DirectorySeparatorChar);

    private string[] FilesOf(NamedDataset dataset) =>
        [.. Directory.GetFiles(Place(dataset)).Select(path => Path.GetFileName(path)!).Where(name => name != ".recede-lock")];

    private sealed class Told : IDownloadListener
    {
        public (long Done, long Total) Last { get; private set; }

        public string? Folder { get; private set; }

        public Action<long, long>? Each { get; set; }

        public Action? Waits { get; init; }

        public void OnDownload(Uri address, long done, long total)
        {
            Last = (done, total);
            Each?.Invoke(done, total);
        }

        public void OnWait(string folder)
        {
            Folder = folder;
            Waits?.Invoke();
        }
    }
}
