using System.Formats.Tar;
using System.Security.Cryptography;
using Recede.Engine.Data;
using Recede.Engine.Data.Downloads;

namespace Recede.Engine.Tests.Data.Downloads;

/// <summary>Small data sets in the layouts of the real ones, pinned by their own hashes and put on a server.</summary>
internal static class ServedDataset
{
    public const string ArchiveName = "cifar-100-binary.tar.gz";

    /// <summary>Four gzipped IDX files.</summary>
    public static NamedDataset Idx(LoopbackServer server)
    {
        byte[][] contents =
        [
            DataBytes.IdxImages(30, 6, 5), DataBytes.IdxLabels(30), DataBytes.IdxImages(20, 6, 5, seed: 2), DataBytes.IdxLabels(20),
        ];
        var files = new List<PinnedFile>();
        for (var i = 0; i < contents.Length; i++)
        {
            var packed = DataBytes.Gzip(contents[i]);
            var name = IdxFolder.Names[i] + ".gz";
            server.Files[name] = packed;
            files.Add(Pin(name, packed) with { Unpacked = new PinnedBytes(contents[i].Length, Sha256(contents[i])) });
        }

        return new NamedDataset("tiny-digits", "http://nowhere.invalid/", files);
    }

    /// <summary>CIFAR-100 of 40 + 10 images in its archive.</summary>
    public static NamedDataset Cifar100(LoopbackServer server)
    {
        var packed = Archive(tar =>
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, CifarReader.Cifar100Folder + "/"));
            Add(tar, CifarReader.Cifar100Folder + "/fine_label_names.txt", "apple\n"u8.ToArray());
            Add(tar, CifarReader.Cifar100Folder + "/train.bin", DataBytes.Cifar(40, fine: true));
            Add(tar, CifarReader.Cifar100Folder + "/test.bin", DataBytes.Cifar(10, fine: true));
        });
        server.Files[ArchiveName] = packed;
        return Cifar100(packed);
    }

    public static NamedDataset Cifar100(byte[] packed) => new("tiny-cifar", "http://nowhere.invalid/", [Pin(ArchiveName, packed)])
    {
        Archive = new ArchiveContent(CifarReader.Cifar100Folder, ["train.bin", "test.bin"], 1 << 20),
    };

    public static byte[] Archive(Action<TarWriter> write, TarEntryFormat format = TarEntryFormat.Ustar)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, format, leaveOpen: true))
        {
            write(tar);
        }

        return DataBytes.Gzip(stream.ToArray());
    }

    public static void Add(TarWriter tar, string name, byte[] contents, TarEntryFormat format = TarEntryFormat.Ustar)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
            _ => new UstarTarEntry(TarEntryType.RegularFile, name),
        };
        entry.DataStream = new MemoryStream(contents);
        tar.WriteEntry(entry);
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static PinnedFile Pin(string name, byte[] bytes) => new(name, bytes.Length, Sha256(bytes));
}
