using Recede.Engine.Core;

namespace Recede.Engine.Nn;

/// <summary>The parameters of a network at one moment, on the host: the best epoch's, say.</summary>
public sealed class NetworkSnapshot
{
    private readonly Network _network;
    private readonly float[][] _values;

    internal NetworkSnapshot(Network network)
        : this(network, [.. network.Parameters.Select(p => p.ToArray())])
    {
    }

    private NetworkSnapshot(Network network, float[][] values)
    {
        _network = network;
        _values = values;
    }

    /// <summary>Whether the network still has the widths that it had when this was taken.</summary>
    public bool Fits
    {
        get
        {
            for (var i = 0; i < _values.Length; i++)
            {
                if (_values[i].Length != _network.Parameters[i].Shape.Count)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote, for a network of the same parameters and widths.</summary>
    /// <exception cref="InvalidDataException">A parameter is not there, or has another shape.</exception>
    public static NetworkSnapshot Read(Network network, StateReader reader)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(reader);
        return new NetworkSnapshot(network, [.. network.Parameters.Select(parameter => reader.Tensor(parameter.Path, parameter.Shape))]);
    }

    /// <summary>Writes the parameters.</summary>
    /// <exception cref="InvalidOperationException">The network was pruned since.</exception>
    public void Save(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (!Fits)
        {
            throw new InvalidOperationException($"{_network.Name} was pruned after this snapshot.");
        }

        for (var i = 0; i < _values.Length; i++)
        {
            var values = _values[i];
            writer.Write(_network.Parameters[i].Path, _network.Parameters[i].Shape, () => values);
        }
    }

    /// <summary>Takes the parameters again, into the same arrays while widths have not changed.</summary>
    public void Update()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var parameter = _network.Parameters[i];
            if (_values[i].Length != parameter.Shape.Count)
            {
                _values[i] = new float[parameter.Shape.Count];
            }

            parameter.Device.Download(parameter.Value.Address, parameter.Shape, parameter.Layout, _values[i]);
        }
    }

    /// <summary>Writes the parameters back.</summary>
    /// <exception cref="InvalidOperationException">The network was pruned since; nothing is changed.</exception>
    public void Restore()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var parameter = _network.Parameters[i];
            if (_values[i].Length != parameter.Shape.Count)
            {
                throw new InvalidOperationException(
                    $"{parameter} was pruned after this snapshot, which holds {_values[i].Length} values of it.");
            }
        }

        for (var i = 0; i < _values.Length; i++)
        {
            _network.Parameters[i].Set(_values[i]);
        }
    }
}
