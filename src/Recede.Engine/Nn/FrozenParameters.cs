using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// The parameters of a frozen network, which owns them: values that never change once the network is made, so that whatever a
/// device derives from them (see <see cref="Parameter.Version"/>) is derived once.
/// </summary>
public sealed class FrozenParameters : IDisposable
{
    private readonly List<Parameter> _made = [];

    internal FrozenParameters(Device device) => Device = device;

    /// <summary>Where they lie.</summary>
    public Device Device { get; }

    /// <summary>Makes a parameter.</summary>
    /// <param name="path">Its path: "conv1.weight".</param>
    /// <param name="role">What it is in its layer.</param>
    /// <param name="shape">Filter [C_out, KH, KW, C_in] or vector [1, 1, 1, C].</param>
    /// <param name="values">Its values, row-major.</param>
    public Parameter Make(string path, ParameterRole role, Shape shape, ReadOnlySpan<float> values)
    {
        var parameter = new Parameter(Device, path, role, shape);
        _made.Add(parameter);
        parameter.Set(values);
        return parameter;
    }

    /// <summary>Makes a parameter of the shape and the values that another has now.</summary>
    public Parameter Copy(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Make(parameter.Path, parameter.Role, parameter.Shape, parameter.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose() => _made.ForEach(static parameter => parameter.Dispose());
}
