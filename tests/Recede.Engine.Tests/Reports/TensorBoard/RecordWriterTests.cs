using System.Text;
using Recede.Engine.Reports.TensorBoard;

namespace Recede.Engine.Tests.Reports.TensorBoard;

/// <summary>Frames and checksums, held against published ones.</summary>
public sealed class RecordWriterTests
{
    // RFC 3720, B.4, and the check value of the catalogues of CRCs.
    private static readonly (byte[] Bytes, uint Crc)[] Published =
    [
        (new byte[32], 0x8A9136AA),
        ([.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43),
        ([.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E),
        ([.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))], 0x113FDB5C),
        ("123456789"u8.ToArray(), 0xE3069283),
        ([], 0),
    ];

    [Test]
    public void Checksums_are_the_published_ones()
    {
        foreach (var (bytes, crc) in Published)
        {
            Assert.That(RecordWriter.Crc32C(bytes), Is.EqualTo(crc), Convert.ToHexString(bytes));
            Assert.That(EventReader.Crc32C(bytes), Is.EqualTo(crc), "the tests' own");
        }
    }

    [Test]
    public void A_file_of_events_begins_as_all_of_them_do()
    {
        // The length 24 and its masked checksum: the first twelve bytes of every file that TensorFlow writes.
        using var stream = new MemoryStream();
        RecordWriter.Write(stream, EventMessages.Begin(1.5));

        Assert.That(Convert.ToHexString(stream.ToArray()[..12]), Is.EqualTo("1800000000000000A37F4B22"));
        Assert.That(Encoding.ASCII.GetString(stream.ToArray()[23..^4]), Is.EqualTo("brain.Event:2"));
    }
}
