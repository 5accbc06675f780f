using Recede.Engine.Checkpoints;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer.Display;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary>The checkpoint that a command was given, with what it says of the images that its network was trained on.</summary>
internal sealed class GivenCheckpoint : IDisposable
{
    private readonly string _path;
    private readonly CheckpointFile _file;

    /// <summary>Opens it and holds it against its checksum.</summary>
    /// <exception cref="UsageException">It is a folder.</exception>
    /// <exception cref="InvalidDataException">It is no checkpoint, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public GivenCheckpoint(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UsageException($"{path}: expected a checkpoint, such as {Path.Combine(path, "best.safetensors")}; this is a folder");
        }

        _path = path;
        _file = Checkpoint.Open(path);
        try
        {
            var data = new CheckpointData();
            _file.Restore(data);
            Trained = data.Identity;
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The images that the network was trained on; null when the checkpoint does not tell.</summary>
    public DatasetIdentity? Trained { get; }

    /// <summary>Makes its network, with all that the checkpoint holds of the optimiser.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public Network Read(Device device) => _file.ReadNetwork(device);

    /// <summary>Makes its network.</summary>
    /// <param name="device">Where.</param>
    /// <param name="momentum">Whether its momentum is wanted.</param>
    /// <exception cref="UsageException">The momentum is wanted, and there is none.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public Network Read(Device device, bool momentum)
    {
        var network = _file.ReadNetwork(device, types: null, companions: momentum);
        if (momentum && network.Parameters.All(parameter => !parameter.CompanionNames.Any()))
        {
            network.Dispose();
            throw new UsageException($"--carry-momentum: {_path} holds no momentum; trained.safetensors and last.safetensors of a run do");
        }

        return network;
    }

    /// <summary>Opens the images that were asked for, or where none were, those that the network was trained on; normalised as then.</summary>
    /// <param name="settings">What was asked for; gets where they are.</param>
    /// <param name="display">Shows downloads.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <param name="cropSeed">What random parts of the training images are drawn from; null for the middle of each.</param>
    /// <exception cref="UsageException">Nothing says where they are.</exception>
    public DatasetPair OpenData(ref DataSettings settings, IRunDisplay display, CancellationToken cancellation, ulong? cropSeed = null)
    {
        settings = settings.OrOf(Trained, _path);
        var data = settings.Open(display, cancellation, cropSeed, Trained);

        // Images of another shape are refused by who compares them with the network.
        return Trained is { } trained && trained.Channels == data.Train.Channels ? data.NormalizedBy(trained.Normalization) : data;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
