using System.Security.Cryptography;
using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Checkpoints;

/// <summary>
/// A checkpoint that is open for reading. It was held against its checksum when it was opened, and whatever it says is checked
/// again when it is used: it may be anybody's.
/// </summary>
public sealed class CheckpointFile : IDisposable
{
    private const int PieceBytes = 1 << 20;

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly SafetensorsHeader _header;

    internal CheckpointFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            _header = Check(() => SafetensorsHeader.Read(_stream));
            if (Text("format") is not Checkpoint.FormatName)
            {
                throw new InvalidDataException($"{path}: a safetensors file, but no checkpoint of Recede.");
            }

            if (Text("version") != "1")
            {
                throw new InvalidDataException($"{path}: a checkpoint of version {Text("version")}; this engine reads version {Checkpoint.FormatVersion}.");
            }

            CheckSum();
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Names of its tensors, in no order.</summary>
    public IEnumerable<string> TensorNames => _header.Tensors.Keys;

    /// <summary>The network's description, as <see cref="NetworkJson"/> writes it.</summary>
    public string NetworkDescription => Text("network") ?? throw Error("it describes no network");

    /// <summary>Makes the network and fills it: parameters, running statistics, the optimiser's buffers.</summary>
    /// <param name="device">Where its parameters are to lie.</param>
    /// <param name="types">The module types that may be made; null for the built-in ones.</param>
    /// <param name="companions">Whether the optimiser's buffers are read too.</param>
    /// <exception cref="InvalidDataException">The file does not hold together; nothing is left on the device.</exception>
    public Network ReadNetwork(Device device, ModuleTypes? types = null, bool companions = true)
    {
        ArgumentNullException.ThrowIfNull(device);
        var network = Check(() => NetworkJson.Read(NetworkDescription, device, types, StoredShape));
        try
        {
            foreach (var parameter in network.Parameters)
            {
                parameter.Set(Floats(parameter.Path, parameter.Shape));
            }

            if (companions)
            {
                ReadCompanions(network);
            }

            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Gives back what <see cref="Checkpoint.Save(string, Network, IStateful, bool)"/> was given beside the network.</summary>
    /// <exception cref="InvalidDataException">It holds none such; the message says what is wrong.</exception>
    public void Restore(IStateful state)
    {
        ArgumentNullException.ThrowIfNull(state);
        try
        {
            using var document = JsonDocument.Parse(Text("state") ?? "");
            state.RestoreState(new StateReader(document.RootElement, (name, shape) => Floats(Checkpoint.StatePrefix + name, shape)));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or ArgumentException)
        {
            throw Error(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private string? Text(string name) => _header.Texts.GetValueOrDefault(name);

    private void ReadCompanions(Network network)
    {
        var parameters = network.Parameters.ToDictionary(parameter => parameter.Path, StringComparer.Ordinal);
        foreach (var name in _header.Tensors.Keys.Order(StringComparer.Ordinal))
        {
            if (!name.StartsWith(Checkpoint.CompanionPrefix, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = name[Checkpoint.CompanionPrefix.Length..];
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            if (slash < 1 || !parameters.TryGetValue(rest[(slash + 1)..], out var parameter))
            {
                throw Error($"tensor '{name}' belongs to no parameter");
            }

            parameter.SetCompanion(rest[..slash], Floats(name, parameter.Shape));
        }
    }

    private Shape? StoredShape(string name)
    {
        if (!_header.Tensors.TryGetValue(name, out var entry) || entry.Type != "F32")
        {
            return null;
        }

        return entry.Shape switch
        {
            [var c] when c <= int.MaxValue => Shape.Vector((int)c),
            [var n, var h, var w, var c] when Math.Max(Math.Max(n, h), Math.Max(w, c)) <= int.MaxValue => new Shape((int)n, (int)h, (int)w, (int)c),
            _ => null,
        };
    }

    private float[] Floats(string name, Shape shape)
    {
        if (!_header.Tensors.TryGetValue(name, out var entry))
        {
            throw Error($"it lacks the tensor '{name}'");
        }

        if (StoredShape(name) != shape)
        {
            throw Error($"tensor '{name}' is {entry.Type} [{string.Join(',', entry.Shape)}], expected F32 [{string.Join(',', Checkpoint.Extents(shape))}]");
        }

        var values = new float[shape.Count];
        _stream.Position = _header.DataStart + entry.Begin;
        _stream.ReadExactly(FloatBytes.Of(values));
        FloatBytes.Order(values);
        return values;
    }

    private void CheckSum()
    {
        if (!_header.Tensors.TryGetValue(Checkpoint.ChecksumName, out var entry)
            || entry.Type != "U8" || entry.Shape is not [SHA256.HashSizeInBytes] || _header.DataStart + entry.End != _stream.Length)
        {
            throw Error($"its last tensor is no '{Checkpoint.ChecksumName}'");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[PieceBytes];
        _stream.Position = 0;
        for (var left = _stream.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var count = (int)Math.Min(left, piece.Length);
            _stream.ReadExactly(piece, 0, count);
            hash.AppendData(piece, 0, count);
            left -= count;
        }

        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        _stream.ReadExactly(stored);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(stored))
        {
            throw Error("its bytes do not have its checksum: it is damaged");
        }
    }

    private T Check<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw Error(e.Message, e);
        }
    }

    private InvalidDataException Error(string message, Exception? cause = null) => new($"{_path}: no sound checkpoint: {message.TrimEnd('.')}.", cause);
}
