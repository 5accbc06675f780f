using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>
/// The gathered memory of a <see cref="Parameter"/> that is about to shrink. <see cref="Commit"/> swaps it in and cannot
/// fail; disposing frees whatever the parameter does not hold then: the new memory before a commit, the old after it.
/// </summary>
public sealed class ParameterShrink : IDisposable
{
    private readonly Parameter _parameter;
    private bool _committed;
    private bool _disposed;

    internal ParameterShrink(Parameter parameter, Shape shape)
    {
        _parameter = parameter;
        Shape = shape;
        Companions = [];
    }

    /// <summary>The parameter's shape after the commit.</summary>
    public Shape Shape { get; }

    internal DeviceBuffer? Value { get; set; }

    internal DeviceBuffer? Gradient { get; set; }

    internal List<DeviceBuffer> Companions { get; }

    /// <summary>New memory with the channels of <paramref name="source"/> that stay.</summary>
    internal DeviceBuffer Gathered(DeviceBuffer source, ReadOnlySpan<int> keptOut, ReadOnlySpan<int> keptIn, long bytes, string owner)
    {
        var device = _parameter.Device;
        var buffer = device.Allocate(bytes, owner);
        try
        {
            device.GatherChannels(source.Address, _parameter.Shape, _parameter.Layout, keptOut, keptIn, buffer.Address);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        return buffer;
    }

    /// <summary>Swaps the gathered memory in, once.</summary>
    public void Commit()
    {
        if (!_committed)
        {
            _committed = true;
            _parameter.Swap(this);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Value?.Dispose();
        Gradient?.Dispose();
        foreach (var buffer in Companions)
        {
            buffer.Dispose();
        }

        _parameter.EndShrink();
    }
}
