using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Data.Downloads;
using Recede.Engine.Data.Shards;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Tests.Checkpoints;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Data.Downloads;
using Recede.Engine.Tests.Data.Shards;

namespace Recede.Engine.Tests.Fuzz;

/// <summary>
/// Sound files, changed at random: each reader takes what is sound still and refuses the rest by the error that it documents,
/// within bounded memory and time. A bounded number of files a reader; for seconds a reader where RECEDE_FUZZ_SECONDS says how
/// many, other files every time (docs/data.md).
/// </summary>
internal sealed class FuzzTests
{
    private const string SecondsVariable = "RECEDE_FUZZ_SECONDS";
    private const int Rounds = 300;

    // What reading a small file takes, and less than any announcement that is believed.
    private const long MostAllocated = 8 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private TemporaryFolder _folder = null!;
    private CpuDevice _device = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _device = Device.Cpu(1);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Idx_files() => Try(DataBytes.IdxImages(7, 5, 4), _ => { }, Idx);

    [Test]
    public void Gzipped_Idx_files() => Try(DataBytes.Gzip(DataBytes.IdxImages(7, 5, 4)), _ => { }, Idx);

    [Test]
    public void Cifar_files()
    {
        _folder.Write("cifar/test.bin", DataBytes.Cifar(1, fine: true));
        Try(DataBytes.Cifar(2, fine: true), _ => { }, bytes =>
        {
            _folder.Write("cifar/train.bin", bytes);
            CifarReader.ReadCifar100(Path.Combine(_folder.Path, "cifar"));
        });
    }

    [Test]
    public void Shards([Values] bool signed)
    {
        _folder.Write("shards/test-00000.shard", ShardBytes.Shard(0, 1));
        Try(ShardBytes.Shard(0, 6), bytes => Sign(signed, bytes), bytes =>
        {
            _folder.Write("shards/train-00000.shard", bytes);
            using var pair = ShardedImages.OpenFolder(Path.Combine(_folder.Path, "shards"));
            var pixels = new byte[pair.Train.Height * pair.Train.Width * pair.Train.Channels];
            for (var i = 0; i < pair.Train.Count; i++)
            {
                pair.Train.Read([i], pixels, new int[1]);
            }
        });

        static void Sign(bool signed, byte[] bytes)
        {
            if (signed && bytes.Length >= 64)
            {
                ShardBytes.Sign(bytes);
            }
        }
    }

    [Test]
    public void Archives([Values] bool packedAgain)
    {
        var wanted = new ArchiveContent("set", ["a.bin", "b.bin"], 5000);
        byte[] packed = ServedDataset.Archive(tar =>
        {
            ServedDataset.Add(tar, "set/a.bin", DataBytes.Noise(700, 1));
            ServedDataset.Add(tar, "set/readme.txt", DataBytes.Noise(100, 2));
            ServedDataset.Add(tar, "set/b.bin", DataBytes.Noise(1024, 3));
        }, TarEntryFormat.Pax);
        var unpacked = Gunzip(packed);
        Try(packedAgain ? unpacked : packed, bytes => SignHeaders(packedAgain, bytes), bytes =>
        {
            var path = _folder.Write("archives/archive.tar.gz", packedAgain ? DataBytes.Gzip(bytes) : bytes);
            var to = Directory.CreateDirectory(Path.Combine(_folder.Path, "archives", "to")).FullName;
            try
            {
                TarArchive.Unpack(path, wanted, to, new Unsynced(), CancellationToken.None);
            }
            finally
            {
                var stray = Directory.GetFileSystemEntries(Path.Combine(_folder.Path, "archives"), "*", SearchOption.AllDirectories)
                    .Select(Path.GetFileName).Except(["archive.tar.gz", "to", "a.bin", "b.bin"]).ToList();
                Assert.That(stray, Is.Empty);
                Assert.That(Directory.GetFiles(to).Sum(file => new FileInfo(file).Length), Is.LessThanOrEqualTo(10000));
            }
        });
    }

    [Test]
    public void Checkpoints([Values] bool signed)
    {
        var path = Path.Combine(_folder.Path, "network.safetensors");
        using (var network = HostileCheckpointTests.SmallNetwork(_device))
        {
            Checkpoint.Save(path, network);
        }

        Try(File.ReadAllBytes(path), bytes => Sign(signed, bytes), bytes =>
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                Checkpoint.Load(path, _device).Dispose();
            }
            finally
            {
                Assert.That(_device.LiveBytes, Is.Zero, "nothing of a refused network stays");
            }
        });

        static void Sign(bool signed, byte[] bytes)
        {
            if (signed && bytes.Length >= 64)
            {
                SavedFile.Sign(bytes);
            }
        }
    }

    private static void Idx(byte[] bytes) => IdxReader.Read(new MemoryStream(bytes), "file", rank: 3);

    private static byte[] Gunzip(byte[] packed)
    {
        using var stream = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        stream.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    // Makes the checksum of every header fit that is one still.
    private static void SignHeaders(bool signs, byte[] tar)
    {
        for (var at = 0; signs && at + 512 <= tar.Length; at += 512)
        {
            var header = tar.AsSpan(at, 512);
            if (header.Slice(257, 5).SequenceEqual("ustar"u8))
            {
                header.Slice(148, 8).Fill((byte)' ');
                var sum = 0;
                foreach (var one in header)
                {
                    sum += one;
                }

                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(header[148..]);
            }
        }
    }

    /// <summary>Changes a sound file over and over, and has it read.</summary>
    private static void Try(byte[] sound, Action<byte[]> sign, Action<byte[]> read)
    {
        var seconds = double.Parse(Environment.GetEnvironmentVariable(SecondsVariable) ?? "0", CultureInfo.InvariantCulture);
        var seed = seconds > 0 ? Environment.TickCount : 1;
        var clock = Stopwatch.StartNew();
        var (round, refused) = (0, 0);
        var reading = Task.Run(() =>
        {
            for (; seconds > 0 ? clock.Elapsed.TotalSeconds < seconds : round < Rounds; round++)
            {
                var bytes = Mutations.Of(sound, new Random(unchecked((seed * 1_000_003) + round)));
                sign(bytes);
                refused += IsRefused(bytes, read, $"seed {seed}, round {round}") ? 1 : 0;
            }
        });
        Assert.That(
            Task.WaitAny([reading], Patience + TimeSpan.FromSeconds(seconds)), Is.Zero, $"seed {seed}, round {round}: the reader does not come back");
        reading.GetAwaiter().GetResult();
        Assert.That(refused, Is.GreaterThan(round / 4), "most of what is changed is refused");
    }

    private static bool IsRefused(byte[] bytes, Action<byte[]> read, string which)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
        catch (Exception e) when (e is not AssertionException)
        {
            Assert.Fail($"{which}: {e}");
            return false;
        }
        finally
        {
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostAllocated), which);
        }
    }

    // What is written is deleted soon: no disk needs to have it.
    private sealed class Unsynced : FileOperations
    {
        public override void Sync(Stream stream)
        {
        }
    }
}
