using Google.Protobuf;

namespace Recede.Engine.Reports.TensorBoard;

/// <summary>
/// The few messages of TensorBoard that a training needs, written by field numbers: those of tensorflow/core/util/event.proto and
/// tensorflow/core/framework/summary.proto.
/// </summary>
internal static class EventMessages
{
    // Event
    private const int WallTime = 1;
    private const int Step = 2;
    private const int FileVersion = 3;
    private const int Summary = 5;

    // Summary, Summary.Value
    private const int Value = 1;
    private const int Tag = 1;
    private const int SimpleValue = 2;
    private const int Histogram = 5;

    // HistogramProto
    private const int Minimum = 1;
    private const int Maximum = 2;
    private const int Number = 3;
    private const int Sum = 4;
    private const int SumOfSquares = 5;
    private const int BucketLimit = 6;
    private const int Bucket = 7;

    /// <summary>What TensorBoard wants a file to begin with.</summary>
    public const string Version = "brain.Event:2";

    /// <summary>The first event of a file.</summary>
    public static byte[] Begin(double wallTime) => Message(output =>
    {
        WriteDouble(output, WallTime, wallTime);
        output.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
        output.WriteString(Version);
    });

    /// <summary>An event with the values of a step.</summary>
    /// <param name="wallTime">Seconds since 1970.</param>
    /// <param name="step">The step.</param>
    /// <param name="values">What <see cref="Scalar"/> and <see cref="Counts"/> made.</param>
    public static byte[] Of(double wallTime, long step, IEnumerable<byte[]> values) => Message(output =>
    {
        WriteDouble(output, WallTime, wallTime);
        output.WriteTag(Step, WireFormat.WireType.Varint);
        output.WriteInt64(step);
        WriteBytes(output, Summary, Message(summary =>
        {
            foreach (var value in values)
            {
                WriteBytes(summary, Value, value);
            }
        }));
    });

    /// <summary>A number under a name.</summary>
    public static byte[] Scalar(string tag, double value) => Message(output =>
    {
        WriteTag(output, tag);
        output.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
        output.WriteFloat((float)value);
    });

    /// <summary>A histogram over 0..1 in bins of equal size, under a name; sums are those of the bins' middles.</summary>
    public static byte[] Counts(string tag, IReadOnlyList<int> bins) => Message(output =>
    {
        WriteTag(output, tag);
        var (number, sum, squares) = (0L, 0.0, 0.0);
        for (var i = 0; i < bins.Count; i++)
        {
            var middle = (i + 0.5) / bins.Count;
            number += bins[i];
            sum += bins[i] * middle;
            squares += bins[i] * middle * middle;
        }

        WriteBytes(output, Histogram, Message(histogram =>
        {
            WriteDouble(histogram, Minimum, 0);
            WriteDouble(histogram, Maximum, 1);
            WriteDouble(histogram, Number, number);
            WriteDouble(histogram, Sum, sum);
            WriteDouble(histogram, SumOfSquares, squares);
            WritePacked(histogram, BucketLimit, [.. Enumerable.Range(1, bins.Count).Select(i => (double)i / bins.Count)]);
            WritePacked(histogram, Bucket, [.. bins.Select(count => (double)count)]);
        }));
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(output);
        }

        return bytes.ToArray();
    }

    private static void WriteTag(CodedOutputStream output, string tag)
    {
        output.WriteTag(Tag, WireFormat.WireType.LengthDelimited);
        output.WriteString(tag);
    }

    private static void WriteDouble(CodedOutputStream output, int field, double value)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed64);
        output.WriteDouble(value);
    }

    private static void WriteBytes(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    private static void WritePacked(CodedOutputStream output, int field, double[] values)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(values.Length * sizeof(double));
        foreach (var value in values)
        {
            output.WriteDouble(value);
        }
    }
}
