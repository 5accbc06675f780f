using System.Buffers.Binary;
using System.Text.Json;

namespace Recede.Engine.Checkpoints;

/// <summary>
/// The header of a safetensors file: eight bytes of length (little-endian), then JSON that names every tensor's type, shape and
/// place, and a "__metadata__" of texts. Strict: names once, the tensors without a gap or an overlap from the header's end to the
/// file's.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes of the length in front.</summary>
    public const int LengthBytes = 8;

    /// <summary>The largest header that is read: the format's own limit.</summary>
    public const int MostBytes = 100_000_000;

    private const string Metadata = "__metadata__";

    private SafetensorsHeader(Dictionary<string, SafetensorsEntry> tensors, Dictionary<string, string> texts, long dataStart)
    {
        Tensors = tensors;
        Texts = texts;
        DataStart = dataStart;
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary>The metadata.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; }

    /// <summary>Where the tensors' bytes begin in the file.</summary>
    public long DataStart { get; }

    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="InvalidDataException">It is no such header; the message says what is wrong with it.</exception>
    public static SafetensorsHeader Read(Stream file)
    {
        if (file.Length < LengthBytes)
        {
            throw new InvalidDataException($"the file has {file.Length} bytes, less than the length of a header");
        }

        Span<byte> number = stackalloc byte[LengthBytes];
        file.Position = 0;
        file.ReadExactly(number);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(number);
        if (length > (ulong)Math.Min(MostBytes, file.Length - LengthBytes))
        {
            throw new InvalidDataException($"its header would have {length} bytes, the file has {file.Length} and a header at most {MostBytes}");
        }

        var text = new byte[(int)length];
        file.ReadExactly(text);
        try
        {
            return Parse(text, LengthBytes + (long)length, file.Length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"its header is no safetensors JSON: {e.Message}", e);
        }
    }

    /// <summary>Writes a header, padded with spaces so that the tensors begin at a multiple of eight bytes.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> texts, IEnumerable<KeyValuePair<string, SafetensorsEntry>> tensors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(Metadata);
            foreach (var (name, value) in texts)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            foreach (var (name, tensor) in tensors)
            {
                Write(json, name, tensor);
            }

            json.WriteEndObject();
        }

        while (buffer.Length % LengthBytes != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var header = new byte[LengthBytes + buffer.Length];
        BinaryPrimitives.WriteInt64LittleEndian(header, buffer.Length);
        buffer.ToArray().CopyTo(header, LengthBytes);
        return header;
    }

    private static void Write(Utf8JsonWriter json, string name, SafetensorsEntry tensor)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", tensor.Type);
        json.WriteStartArray("shape");
        foreach (var extent in tensor.Shape)
        {
            json.WriteNumberValue(extent);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(tensor.Begin);
        json.WriteNumberValue(tensor.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static SafetensorsHeader Parse(byte[] json, long dataStart, long fileLength)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException("its header is no JSON object");
        }

        var tensors = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.NameEquals(Metadata))
            {
                ReadTexts(property.Value, texts);
            }
            else if (!tensors.TryAdd(property.Name, Entry(property.Name, property.Value)))
            {
                throw new InvalidDataException($"two tensors are named '{property.Name}'");
            }
        }

        CheckPlaces(tensors, fileLength - dataStart);
        return new SafetensorsHeader(tensors, texts, dataStart);
    }

    private static void ReadTexts(JsonElement element, Dictionary<string, string> texts)
    {
        if (texts.Count > 0)
        {
            throw new InvalidDataException("it has metadata twice");
        }

        foreach (var text in element.EnumerateObject())
        {
            if (!texts.TryAdd(text.Name, text.Value.GetString() ?? ""))
            {
                throw new InvalidDataException($"its metadata names '{text.Name}' twice");
            }
        }
    }

    private static SafetensorsEntry Entry(string name, JsonElement element)
    {
        string? type = null;
        List<long>? shape = null;
        List<long>? places = null;
        foreach (var field in element.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype" when type is null:
                    type = field.Value.GetString();
                    break;
                case "shape" when shape is null:
                    shape = Numbers(field.Value);
                    break;
                case "data_offsets" when places is null:
                    places = Numbers(field.Value);
                    break;
                default:
                    throw new InvalidDataException($"tensor '{name}' has the field '{field.Name}' twice, or it is unknown");
            }
        }

        if (type is null || shape is null || places is not [var begin, var end])
        {
            throw new InvalidDataException($"tensor '{name}' lacks its type, its shape, or its two offsets");
        }

        long bytes = SizeOf(type, name);
        foreach (var extent in shape)
        {
            bytes = checked(bytes * extent);
        }

        return end - begin == bytes
            ? new SafetensorsEntry(type, shape, begin, end)
            : throw new InvalidDataException($"tensor '{name}' of {bytes} bytes has the offsets {begin} and {end}");
    }

    private static List<long> Numbers(JsonElement array)
    {
        var numbers = new List<long>();
        foreach (var element in array.EnumerateArray())
        {
            var number = element.GetInt64();
            if (number < 0)
            {
                throw new InvalidDataException($"it has the extent or offset {number}");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static int SizeOf(string type, string name) => type switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => 1,
        "U16" or "I16" or "F16" or "BF16" => 2,
        "U32" or "I32" or "F32" => 4,
        "U64" or "I64" or "F64" => 8,
        _ => throw new InvalidDataException($"tensor '{name}' is of the unknown type '{type}'"),
    };

    private static void CheckPlaces(Dictionary<string, SafetensorsEntry> tensors, long bytes)
    {
        long at = 0;
        foreach (var (name, tensor) in tensors.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (tensor.Begin != at)
            {
                throw new InvalidDataException($"tensor '{name}' begins at {tensor.Begin}, the one before ends at {at}");
            }

            at = tensor.End;
        }

        if (at != bytes)
        {
            throw new InvalidDataException($"its tensors have {at} bytes, the file {bytes} behind its header");
        }
    }
}
