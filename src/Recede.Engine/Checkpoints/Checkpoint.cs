using System.Globalization;
using System.Security.Cryptography;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Checkpoints;

/// <summary>
/// Checkpoints: safetensors files that say what they hold. A network, pruned or not, loads without its class or any
/// configuration, and nothing in a file can run code. docs/checkpoints.md tells the layout.
/// </summary>
public static class Checkpoint
{
    internal const string FormatName = "recede-checkpoint";
    internal const int FormatVersion = 1;
    internal const string ChecksumName = "recede.checksum";
    internal const string StatePrefix = "state/";
    internal const string CompanionPrefix = "companion/";

    private const int PieceBytes = 1 << 20;

    /// <summary>
    /// Saves a network: its tree, its parameters and running statistics, the optimiser's buffers where there are any, and other
    /// state. The file is replaced as a whole: a full disk or a kill at any moment leaves the one that was there.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network, between two steps.</param>
    /// <param name="state">What else is to come back; null for nothing.</param>
    /// <param name="companions">Whether the optimiser's buffers (momentum) are saved.</param>
    /// <exception cref="NotSupportedException">A module cannot be saved; nothing is written.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static void Save(string path, Network network, IStateful? state = null, bool companions = true) =>
        Save(path, network, state, companions, files: null);

    /// <summary>Opens a checkpoint and holds it against its checksum.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint, or damaged; the message says what is wrong.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CheckpointFile Open(string path) => new(path);

    /// <summary>Loads a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where its parameters are to lie.</param>
    /// <param name="types">The module types that may be made; null for the built-in ones.</param>
    /// <exception cref="InvalidDataException">It is no checkpoint, or damaged; the message says what is wrong.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Network Load(string path, Device device, ModuleTypes? types = null)
    {
        using var file = Open(path);
        return file.ReadNetwork(device, types);
    }

    internal static void Save(string path, Network network, IStateful? state, bool companions, FileOperations? files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(network);
        var writer = new StateWriter();
        state?.SaveState(writer);
        var tensors = Tensors(network, companions, writer);
        var entries = new List<KeyValuePair<string, SafetensorsEntry>>();
        long at = 0;
        foreach (var tensor in tensors)
        {
            var bytes = tensor.Shape.Count * sizeof(float);
            entries.Add(new(tensor.Name, new SafetensorsEntry("F32", Extents(tensor.Shape), at, at + bytes)));
            at += bytes;
        }

        entries.Add(new(ChecksumName, new SafetensorsEntry("U8", [SHA256.HashSizeInBytes], at, at + SHA256.HashSizeInBytes)));
        var header = SafetensorsHeader.Write(
            [
                new("format", FormatName),
                new("version", FormatVersion.ToString(CultureInfo.InvariantCulture)),
                new("network", NetworkJson.Write(network)),
                new("state", writer.ToJson()),
            ],
            entries);
        AtomicFile.Write(path, stream => Write(stream, header, tensors), files);
    }

    /// <summary>How a shape stands in a file: a vector as [C], all else as [N, H, W, C].</summary>
    internal static long[] Extents(Shape shape) => shape == Shape.Vector(shape.C) ? [shape.C] : [shape.N, shape.H, shape.W, shape.C];

    private static List<StateTensor> Tensors(Network network, bool companions, StateWriter writer)
    {
        var tensors = new List<StateTensor>();
        foreach (var parameter in network.Parameters)
        {
            if (parameter.Path.StartsWith(StatePrefix, StringComparison.Ordinal)
                || parameter.Path.StartsWith(CompanionPrefix, StringComparison.Ordinal)
                || parameter.Path == ChecksumName)
            {
                throw new NotSupportedException($"{parameter} cannot be saved: a checkpoint keeps that name for itself.");
            }

            tensors.Add(new StateTensor(parameter.Path, parameter.Shape, parameter.ToArray));
        }

        foreach (var parameter in network.Parameters)
        {
            foreach (var companion in companions ? parameter.CompanionNames : [])
            {
                tensors.Add(new StateTensor(
                    $"{CompanionPrefix}{companion}/{parameter.Path}", parameter.Shape, () => parameter.CompanionToArray(companion)));
            }
        }

        foreach (var tensor in writer.Tensors)
        {
            tensors.Add(tensor with { Name = StatePrefix + tensor.Name });
        }

        return tensors;
    }

    private static void Write(Stream stream, byte[] header, List<StateTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(stream, hash, header);
        foreach (var tensor in tensors)
        {
            var values = tensor.Values();
            if (values.Length != tensor.Shape.Count)
            {
                throw new InvalidOperationException($"State '{tensor.Name}' {tensor.Shape} gave {values.Length} values.");
            }

            FloatBytes.Order(values);
            Append(stream, hash, FloatBytes.Of(values));
            FloatBytes.Order(values);
        }

        stream.Write(hash.GetHashAndReset());
    }

    private static void Append(Stream stream, IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, PieceBytes)];
            hash.AppendData(piece);
            stream.Write(piece);
            bytes = bytes[piece.Length..];
        }
    }
}
