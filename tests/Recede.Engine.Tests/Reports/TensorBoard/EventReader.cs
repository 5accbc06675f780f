using System.Buffers.Binary;
using Google.Protobuf;

namespace Recede.Engine.Tests.Reports.TensorBoard;

/// <summary>Reads files of events back, each checksum and field held against its own reading of the format.</summary>
internal static class EventReader
{
    /// <summary>An event; a value is a float, or a histogram's fields by number.</summary>
    public sealed record Event(
        double WallTime, long Step, string? Version, IReadOnlyDictionary<string, float> Scalars, IReadOnlyDictionary<string, IReadOnlyDictionary<int, double[]>> Histograms);

    public static List<Event> Read(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var events = new List<Event>();
        while (bytes.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), Is.EqualTo(Masked(Crc32C(bytes[..8]))), "checksum of the length");
            var record = bytes.Slice(12, length);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]), Is.EqualTo(Masked(Crc32C(record))), "checksum of the record");
            events.Add(Parse(record.ToArray()));
            bytes = bytes[(16 + length)..];
        }

        return events;
    }

    /// <summary>Bit by bit: x^32 + ... of Castagnoli, reflected.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 1 ? 0x82F63B78u : 0);
            }
        }

        return crc ^ 0xFFFFFFFFu;
    }

    private static uint Masked(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);

    private static Event Parse(byte[] record)
    {
        var (wallTime, step, version) = (double.NaN, 0L, (string?)null);
        var scalars = new Dictionary<string, float>();
        var histograms = new Dictionary<string, IReadOnlyDictionary<int, double[]>>();
        var input = new CodedInputStream(record);
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    wallTime = input.ReadDouble();
                    break;
                case 2:
                    step = input.ReadInt64();
                    break;
                case 3:
                    version = input.ReadString();
                    break;
                case 5:
                    ParseSummary(input.ReadBytes().ToByteArray(), scalars, histograms);
                    break;
                default:
                    Assert.Fail($"an event has no field {WireFormat.GetTagFieldNumber(tag)}");
                    break;
            }
        }

        return new Event(wallTime, step, version, scalars, histograms);
    }

    private static void ParseSummary(
        byte[] summary, Dictionary<string, float> scalars, Dictionary<string, IReadOnlyDictionary<int, double[]>> histograms)
    {
        var input = new CodedInputStream(summary);
        while (input.ReadTag() is var tag && tag != 0)
        {
            Assert.That(tag, Is.EqualTo(WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited)));
            var value = new CodedInputStream(input.ReadBytes().ToByteArray());
            var name = "";
            while (value.ReadTag() is var field && field != 0)
            {
                switch (WireFormat.GetTagFieldNumber(field))
                {
                    case 1:
                        name = value.ReadString();
                        break;
                    case 2:
                        scalars.Add(name, value.ReadFloat());
                        break;
                    case 5:
                        histograms.Add(name, ParseHistogram(value.ReadBytes().ToByteArray()));
                        break;
                    default:
                        Assert.Fail($"a value has no field {WireFormat.GetTagFieldNumber(field)}");
                        break;
                }
            }
        }
    }

    private static Dictionary<int, double[]> ParseHistogram(byte[] histogram)
    {
        var fields = new Dictionary<int, double[]>();
        var input = new CodedInputStream(histogram);
        while (input.ReadTag() is var tag && tag != 0)
        {
            var count = WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited ? input.ReadLength() / sizeof(double) : 1;
            var values = new double[count];
            for (var i = 0; i < count; i++)
            {
                values[i] = input.ReadDouble();
            }

            fields.Add(WireFormat.GetTagFieldNumber(tag), values);
        }

        return fields;
    }
}
