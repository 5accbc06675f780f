using System.Formats.Tar;
using System.Text;
using Recede.Engine.Core;
using Recede.Engine.Data.Downloads;

namespace Recede.Engine.Tests.Data.Downloads;

/// <summary>Archives that another writer of tar made, honest and hostile.</summary>
internal sealed class TarArchiveTests
{
    private static readonly ArchiveContent Wanted = new("set", ["a.bin", "b.bin"], MostBytes: 5000);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void The_wanted_files_are_taken_and_nothing_else(
        [Values(TarEntryFormat.V7, TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu)] TarEntryFormat format,
        [Values(0, 1, 511, 512, 513, 5000)] int bytes)
    {
        var contents = DataBytes.Noise(bytes, seed: 1);
        Unpack(ServedDataset.Archive(
            tar =>
            {
                ServedDataset.Add(tar, "set/readme.html", DataBytes.Noise(700, 2), format);
                ServedDataset.Add(tar, "other/a.bin", [1], format);
                ServedDataset.Add(tar, "set/b.bin", [7, 8], format);
                ServedDataset.Add(tar, "set/below/a.bin", [2], format);
                ServedDataset.Add(tar, "./set/a.bin", contents, format);
            },
            format));
        Assert.That(File.ReadAllBytes(Path.Combine(_folder.Path, "to", "a.bin")), Is.EqualTo(contents));
        Assert.That(File.ReadAllBytes(Path.Combine(_folder.Path, "to", "b.bin")), Is.EqualTo(new byte[] { 7, 8 }));
        RequireNothingElse(2);
    }

    [TestCase("../a.bin")]
    [TestCase("set/../../a.bin")]
    [TestCase("/set/a.bin")]
    [TestCase("set/..")]
    [TestCase("..\\a.bin")]
    [TestCase("C:/set/a.bin")]
    public void A_path_that_leads_out_is_refused(string name)
    {
        Refuses(tar => ServedDataset.Add(tar, name, [1]), $"'{name}' would lie outside");
        RequireNothingElse(0);
    }

    [TestCase(TarEntryType.SymbolicLink)]
    [TestCase(TarEntryType.HardLink)]
    [TestCase(TarEntryType.CharacterDevice)]
    [TestCase(TarEntryType.BlockDevice)]
    [TestCase(TarEntryType.Fifo)]
    public void A_link_or_a_device_is_refused(TarEntryType type)
    {
        Refuses(
            tar =>
            {
                var entry = new UstarTarEntry(type, "set/a.bin");
                if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = "/etc/passwd";
                }

                tar.WriteEntry(entry);
            },
            "neither a file nor a folder");
        RequireNothingElse(0);
    }

    [Test]
    public void A_wanted_file_that_is_missing_is_named() =>
        Refuses(tar => ServedDataset.Add(tar, "set/b.bin", [1]), "it lacks set/a.bin");

    [Test]
    public void A_wanted_file_that_is_there_twice_is_refused() => Refuses(
        tar =>
        {
            ServedDataset.Add(tar, "set/a.bin", [1]);
            ServedDataset.Add(tar, "set/a.bin", [2]);
        },
        "set/a.bin is in it twice");

    [Test]
    public void A_wanted_file_that_is_too_long_is_refused() =>
        Refuses(tar => ServedDataset.Add(tar, "set/a.bin", new byte[5001]), "announces 5001 bytes, expected at most 5000");

    [Test]
    public void What_unpacks_without_an_end_is_refused()
    {
        // An entry of 8 GB that nobody wants, of zeros, which gzip packs to nothing; only its beginning has to be there.
        var header = Header("set/zeros", "77777777777");
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(header);
            var zeros = new byte[1 << 20];
            for (var i = 0; i <= 1024; i++)
            {
                gzip.Write(zeros);
            }
        }

        Assert.That(() => Unpack(packed.ToArray()), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("unpacks to more than"));
    }

    [Test]
    public void A_long_name_that_is_only_announced_takes_no_memory()
    {
        var bytes = DataBytes.Gzip(Header("long", "17777777777", 'L'));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Unpack(bytes), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("truncated"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4 << 20));
    }

    [TestCase("", "expected sound gzip data|truncated, or no tar")]
    [TestCase("1F8B0800", "expected sound gzip data|truncated, or no tar")]
    [TestCase("50415431", "expected sound gzip data")]
    public void What_is_no_archive_is_refused(string hex, string told) => Assert.That(
        () => Unpack(Convert.FromHexString(hex)), Throws.InstanceOf<InvalidDataException>().With.Message.Matches(told));

    [Test]
    public void A_damaged_header_is_refused()
    {
        var header = Header("set/a.bin", "00000000001");
        header[3] ^= 1;
        Assert.That(() => Unpack(DataBytes.Gzip(header)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("checksum"));
    }

    private static byte[] Header(string name, string octal, char type = '0')
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        Encoding.ASCII.GetBytes(octal).CopyTo(header, 124);
        header[156] = (byte)type;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0").CopyTo(header, 148);
        return header;
    }

    private void Refuses(Action<TarWriter> write, string told)
    {
        var bytes = ServedDataset.Archive(write);
        Assert.That(() => Unpack(bytes), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(told).And.Message.Contains("archive.tar.gz"));
    }

    private void Unpack(byte[] archive)
    {
        var path = _folder.Write("archive.tar.gz", archive);
        var to = Directory.CreateDirectory(Path.Combine(_folder.Path, "to")).FullName;
        TarArchive.Unpack(path, Wanted, to, FileOperations.Real, CancellationToken.None);
    }

    // Neither in the folder nor beside it.
    private void RequireNothingElse(int files)
    {
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Has.Length.EqualTo(2));
        Assert.That(Directory.GetFileSystemEntries(Path.Combine(_folder.Path, "to")), Has.Length.EqualTo(files));
    }
}
