namespace Recede.Engine.Nn;

/// <summary>The parameters of a network at one moment, on the host: the best epoch's, say.</summary>
public sealed class NetworkSnapshot
{
    private readonly Network _network;
    private readonly float[][] _values;

    internal NetworkSnapshot(Network network)
    {
        _network = network;
        _values = [.. network.Parameters.Select(p => p.ToArray())];
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
