using System.Globalization;
using Recede.Engine.Devices;

namespace Recede.Bench.Ops;

/// <summary>Shapes written as "channels@size".</summary>
internal static class ActivationShape
{
    public static Shape Parse(string text, int batch)
    {
        var parts = text.Split('@');
        var size = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return new Shape(batch, size, size, int.Parse(parts[0], CultureInfo.InvariantCulture));
    }
}
