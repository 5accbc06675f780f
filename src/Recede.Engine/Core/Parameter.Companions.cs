using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <content>The buffers that an optimiser hangs on a parameter.</content>
public sealed partial class Parameter
{
    /// <summary>A buffer of this parameter's shape and layout that follows it through a shrink; made of zeros when first
    /// asked for.</summary>
    /// <param name="name">Its name, of one letter or more and without a '/', which ends it in a checkpoint: "momentum".</param>
    /// <exception cref="ArgumentException">The name is no such name.</exception>
    public DeviceBuffer CompanionBuffer(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"{Path}: '{name}' cannot name a companion, which has no '/' in its name.", nameof(name));
        }

        foreach (var companion in _companions)
        {
            if (companion.Name == name)
            {
                return companion.Buffer;
            }
        }

        var made = new Companion(name, Device.Allocate(Bytes, OwnerOf(name)));
        _companions.Add(made);
        return made.Buffer;
    }

    /// <summary>Names of the companions that exist, in the order in which they were made.</summary>
    public IEnumerable<string> CompanionNames => _companions.Select(companion => companion.Name);

    /// <summary>Sets a companion from the host, row-major; it is made if it does not exist.</summary>
    public void SetCompanion(string name, ReadOnlySpan<float> values) =>
        Device.Upload(values, Shape, Layout, CompanionBuffer(name).Address);

    /// <summary>Whether the companion exists.</summary>
    public bool HasCompanion(string name) => _companions.Exists(c => c.Name == name);

    /// <summary>Frees a companion, if it exists; an optimiser then starts it anew.</summary>
    public void DropCompanion(string name)
    {
        for (var i = _companions.Count - 1; i >= 0; i--)
        {
            if (_companions[i].Name == name)
            {
                _companions[i].Buffer.Dispose();
                _companions.RemoveAt(i);
                MemoryVersion++;
            }
        }
    }

    /// <summary>A companion on the host, row-major; zeros when there is none.</summary>
    public float[] CompanionToArray(string name) => HasCompanion(name) ? Download(CompanionBuffer(name)) : new float[Shape.Count];
}
