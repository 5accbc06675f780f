using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

public sealed class IdxMalformedTests
{
    private const string FileName = "some-idx3-ubyte";

    // Room for the reader's own first chunk, the unpacker's state and a message: far below what the
    // headers of these tests announce.
    private const long SmallAllocation = 4 << 20;

    private static IEnumerable<TestCaseData> Malformed()
    {
        static TestCaseData Case(string name, byte[] bytes, string told) =>
            new TestCaseData(bytes, told).SetArgDisplayNames(name);

        byte[] good = DataBytes.IdxImages(2, 3, 4);
        byte[] Changed(int at, byte value)
        {
            byte[] bytes = [.. good];
            bytes[at] = value;
            return bytes;
        }

        yield return Case("empty", [], "got 0 bytes");
        yield return Case("3 bytes", good[..3], "got 3 bytes");
        yield return Case("magic alone", good[..4], "header of 16 bytes, got 4");
        yield return Case("truncated header", good[..15], "header of 16 bytes, got 15");
        yield return Case("header alone", good[..16], "2 x 3 x 4 = 24 values");
        yield return Case("one byte short", good[..^1], "got 23 (truncated)");
        yield return Case("one byte more", [.. good, 0], "trailing bytes");
        yield return Case("twice the file", [.. good, .. good], "trailing bytes");
        yield return Case("first byte not 0", Changed(0, 1), "got 01000803");
        yield return Case("second byte not 0", Changed(1, 8), "got 00080803");
        yield return Case("element type float", Changed(2, 0x0D), "got 00000D03");
        yield return Case("rank 1", Changed(3, 1), "got 00000801");
        yield return Case("rank 0", Changed(3, 0), "got 00000800");
        yield return Case("rank 255", Changed(3, 255), "got 000008FF");
        yield return Case("no images", DataBytes.Idx([0, 3, 4], []), "dimension 0 to be 1");
        yield return Case("no rows", DataBytes.Idx([2, 0, 4], []), "dimension 1 to be 1");
        yield return Case("negative size", DataBytes.Idx([2, 3, 0xFFFFFFFF], good[16..]), "dimension 2 to be 1");
        yield return Case("sign bit", DataBytes.Idx([0x80000000, 3, 4], good[16..]), "dimension 0 to be 1");
        yield return Case("huge size", DataBytes.Idx([0x7FFFFFFF, 1, 1], good[16..]), "2147483647 x 1 x 1");
        yield return Case("large size", DataBytes.Idx([60000, 28, 28], good[16..]), "60000 x 28 x 28 = 47040000");

        // 65536 * 65536 and 2^31 * 2^31 * 4 wrap to 0 in 32 and 64 bits.
        yield return Case("product wraps 32 bits", DataBytes.Idx([65536, 65536, 1], []), "4294967296 values");
        yield return Case("product wraps 64 bits", DataBytes.Idx([1u << 30, 1u << 30, 1u << 4], []), "at most");
        yield return Case("a zip file", [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7], "got 504B0304");
        yield return Case("a web page", "<!DOCTYPE html><html></html>"u8.ToArray(), "got 3C21444F");
    }

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_file_is_refused_with_its_name_and_why(byte[] bytes, string told) => Refused(bytes, told);

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_file_is_refused_when_gzipped(byte[] bytes, string told) =>
        Refused(DataBytes.Gzip(bytes), told);

    [Test]
    public void Truncated_gzip_data_are_refused_wherever_they_end()
    {
        byte[] packed = DataBytes.Gzip(DataBytes.IdxImages(20, 5, 7));
        for (int length = 0; length < packed.Length; length++)
        {
            byte[] cut = packed[..length];
            Assert.That(() => Read(cut), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(FileName),
                $"cut to {length} of {packed.Length} bytes");
        }
    }

    [Test]
    public void Bytes_behind_gzip_data_are_refused([Values(1, 3, 4, 5, 100)] int more)
    {
        byte[] packed = [.. DataBytes.Gzip(DataBytes.IdxImages(20, 5, 7)), .. DataBytes.Noise(more, seed: 1)];
        Assert.That(() => Read(packed), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(FileName));
    }

    [Test]
    public void Changed_gzip_data_are_refused()
    {
        byte[] packed = DataBytes.Gzip(DataBytes.IdxImages(20, 5, 7));
        for (int at = 10; at < packed.Length; at++) // the first 10 bytes are a header, much of it free
        {
            byte[] changed = [.. packed];
            changed[at] ^= 0x10;
            Assert.That(() => Read(changed), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(FileName),
                $"byte {at} of {packed.Length} changed");
        }
    }

    [Test]
    public void What_is_announced_bounds_what_is_unpacked()
    {
        var body = new byte[64 << 20];
        byte[] packed = DataBytes.Gzip(DataBytes.Idx([2, 3, 4], body));
        long allocated = Allocated(() => Refused(packed, "trailing bytes"));
        Assert.That(allocated, Is.LessThan(SmallAllocation));
    }

    [Test]
    public void What_is_there_bounds_what_is_allocated([Values] bool gzip)
    {
        byte[] file = DataBytes.Idx([2_000_000, 28, 28], DataBytes.Noise(1000, 3)); // announces 1.6 GB
        byte[] bytes = gzip ? DataBytes.Gzip(file) : file;
        long allocated = Allocated(() => Refused(bytes, "got 1000 (truncated)"));
        Assert.That(allocated, Is.LessThan(SmallAllocation));
    }

    [Test]
    public void Random_corruption_gives_an_array_or_a_refusal([Values] bool gzip, [Values(1, 2, 3, 4)] int seed)
    {
        var random = new Random(seed);
        byte[] good = DataBytes.IdxImages(6, 5, 7);
        byte[] start = gzip ? DataBytes.Gzip(good) : good;
        int refused = 0;
        const int Rounds = 1500;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Corrupt(start, random);
            try
            {
                IdxArray array = Read(bytes);
                int product = array.Dimensions[0] * array.Dimensions[1] * array.Dimensions[2];
                Assert.That(array.Values.Length, Is.EqualTo(product), $"round {round}");
            }
            catch (InvalidDataException error)
            {
                Assert.That(error.Message, Does.Contain(FileName), $"round {round}");
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(Rounds / 4), "corruption that is never noticed tests nothing");
    }

    private static byte[] Corrupt(byte[] start, Random random)
    {
        var bytes = new List<byte>(start);
        int changes = random.Next(1, 5);
        for (int i = 0; i < changes; i++)
        {
            // Half of the changes meet the first bytes, where the header is.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(24, bytes.Count) : bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(1, bytes.Count - at + 1));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static IdxArray Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return IdxReader.Read(stream, FileName, 3);
    }

    private static void Refused(byte[] bytes, string told)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(bytes))!;
        Assert.That(error.Message, Does.Contain(FileName).And.Contain(told).And.Contain("expected").And.Contain("got"));
    }
}
