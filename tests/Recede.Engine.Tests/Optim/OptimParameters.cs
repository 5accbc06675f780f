using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Optim;

/// <summary>Parameters of odd and of even sizes for the tests of optimisers, and gradients for them.</summary>
internal static class OptimParameters
{
    public static readonly Shape[] Shapes =
        [new(7, 3, 3, 5), Shape.Vector(37), new(31, 1, 1, 16), new(64, 3, 3, 37), Shape.Vector(1), new(16, 1, 1, 1)];

    public static Parameter[] Make(Device device)
    {
        var parameters = new Parameter[Shapes.Length];
        for (int p = 0; p < parameters.Length; p++)
        {
            var role = Shapes[p].N == 1 ? ParameterRole.Bias : ParameterRole.Weight;
            parameters[p] = new Parameter(device, $"p{p}", role, Shapes[p]);
            parameters[p].Set(Draw(parameters[p].Shape, p + 1000));
        }

        return parameters;
    }

    public static float[] Draw(Shape shape, int seed)
    {
        var random = new Random(seed);
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    public static float[] SetGradient(Parameter parameter, int seed) => SetGradient(parameter, Draw(parameter.Shape, seed));

    public static float[] SetGradient(Parameter parameter, float[] values)
    {
        parameter.Device.Upload(values, parameter.Shape, parameter.Layout, parameter.Gradient.Address);
        parameter.HasGradient = true;
        return values;
    }

    public static void AssertPaddingIsZero(Parameter parameter, DeviceBuffer buffer)
    {
        // As many non-zero values with the padding as without it.
        var physical = new float[parameter.PhysicalCount];
        parameter.Device.DownloadBytes(buffer.Address, System.Runtime.InteropServices.MemoryMarshal.AsBytes(physical.AsSpan()));
        var logical = new float[parameter.Shape.Count];
        parameter.Device.Download(buffer.Address, parameter.Shape, parameter.Layout, logical);
        Assert.That(physical.Count(v => v != 0), Is.EqualTo(logical.Count(v => v != 0)), $"non-zero values of {parameter}");
    }

    public static void DisposeAll(IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.Dispose();
        }
    }
}
