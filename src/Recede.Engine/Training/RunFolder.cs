using System.Globalization;
using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>
/// The folder of a run: last.safetensors to go on with, best.safetensors of the best epoch, trained.safetensors once training is done, a
/// pruned-R.safetensors for each ratio R in percent. One process at a time holds it.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const string LockName = ".recede-lock";
    private const string Extension = ".safetensors";
    private const string Last = "last";
    private const string Best = "best";
    private const string Trained = "trained";
    private const string EpochPrefix = "epoch-";

    private static readonly string[] TrainingFiles = [Last, Best, Trained];

    private readonly FileStream _lock;
    private readonly FileOperations? _files;

    // What the networks kept here are trained on.
    private CheckpointData _data = new();

    private RunFolder(string path, FileStream held, FileOperations? files)
    {
        Path = path;
        _lock = held;
        _files = files;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What is to come back with the run when it is resumed: the settings of whoever started it.</summary>
    public string Settings { get; set; } = "";

    /// <summary>How long a run goes on, within an epoch, before it is saved again; the end of an epoch always is.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many files of past epochs are kept beside the last: epoch-0007.safetensors.</summary>
    public int Keep { get; set; }

    /// <summary>Whether there is a run to go on with.</summary>
    public bool CanResume => File.Exists(LastPath);

    /// <summary>The checkpoint to go on with.</summary>
    public string LastPath => In(Path, Last);

    /// <summary>Makes the folder, if need be, and takes it.</summary>
    /// <exception cref="IOException">It cannot be made or written, or another process holds it.</exception>
    public static RunFolder Open(string path) => Open(path, files: null);

    /// <summary>What <see cref="Settings"/> was in the run that a folder holds.</summary>
    /// <exception cref="IOException">There is no run to go on with, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public static string ReadSettings(string path)
    {
        var settings = new SettingsState();
        using var file = OpenLast(path);
        file.Restore(settings);
        return settings.Text;
    }

    /// <summary>The file that a run keeps the network of a ratio in: "pruned-90.safetensors".</summary>
    public static string PrunedFile(double ratio) => string.Create(CultureInfo.InvariantCulture, $"pruned-{ratio * 100:0.##}{Extension}");

    /// <summary>Whether a training that is kept here would replace a file, or delete it with a past epoch.</summary>
    public bool Replaces(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var name = System.IO.Path.GetFileName(full);

        // Some file systems take BEST for best.
        return full.Equals(System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, name)), StringComparison.OrdinalIgnoreCase)
            && (name.StartsWith(EpochPrefix, StringComparison.OrdinalIgnoreCase)
                || TrainingFiles.Contains(System.IO.Path.GetFileNameWithoutExtension(name), StringComparer.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    internal static RunFolder Open(string path, FileOperations? files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Directory.CreateDirectory(path);
        try
        {
            var held = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new RunFolder(path, held, files);
        }
        catch (IOException e)
        {
            throw new IOException($"{path} is held by another process, whose run it is: {e.Message}", e);
        }
    }

    /// <summary>A run on these images begins or goes on.</summary>
    /// <returns>What tells them from others.</returns>
    internal DatasetIdentity Begin(DatasetPair data)
    {
        _data = new CheckpointData(data.Identity);
        return data.Identity;
    }

    internal CheckpointFile OpenLast() => OpenLast(Path);

    internal void SaveLast(Network network, IStateful state) => Checkpoint.Save(LastPath, network, state, companions: true, _files);

    internal void SaveBest(Network network) => Checkpoint.Save(In(Best), network, _data, companions: false, _files);

    internal void SaveTrained(Network network) => Checkpoint.Save(In(Trained), network, _data, companions: true, _files);

    internal Network LoadTrained(Device device) => Checkpoint.Load(In(Trained), device);

    internal Network LoadPruned(Device device, double ratio) => Checkpoint.Load(System.IO.Path.Combine(Path, PrunedFile(ratio)), device);

    internal void SavePruned(Network network, double ratio) => Checkpoint.Save(
        System.IO.Path.Combine(Path, PrunedFile(ratio)), network, _data, companions: false, _files);

    /// <summary>Keeps the network of an epoch, and of as many before it as asked.</summary>
    internal void SaveEpoch(Network network, int epoch)
    {
        if (Keep > 0)
        {
            Checkpoint.Save(EpochPath(epoch), network, _data, companions: false, _files);

            // More than one, where more were kept before the run was gone on with.
            foreach (var path in Directory.GetFiles(Path, EpochPrefix + "*" + Extension).Where(path => EpochOf(path) <= epoch - Keep))
            {
                (_files ?? FileOperations.Real).Delete(path);
            }
        }
    }

    /// <summary>The settings alone, of all that a run saved.</summary>
    private sealed class SettingsState : IStateful
    {
        public string Text { get; private set; } = "";

        public void SaveState(StateWriter writer) => writer.Write("settings", Text);

        public void RestoreState(StateReader reader) => Text = reader.Text("settings");
    }

    private string EpochPath(int epoch) => In(string.Create(CultureInfo.InvariantCulture, $"{EpochPrefix}{epoch:0000}"));

    // A file of another name counts as of the last epoch that there can be: it is never deleted.
    private static int EpochOf(string path) =>
        int.TryParse(
            System.IO.Path.GetFileNameWithoutExtension(path.AsSpan())[EpochPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : int.MaxValue;

    private string In(string name) => In(Path, name);

    private static string In(string folder, string name) => System.IO.Path.Combine(folder, name + Extension);

    private static CheckpointFile OpenLast(string folder) => File.Exists(In(folder, Last))
        ? Checkpoint.Open(In(folder, Last))
        : throw new IOException($"{folder} holds no run to go on with: there is no last.safetensors in it.");
}
