using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Ops;

/// <summary>Where an element stands in an oracle's row-major array.</summary>
internal static class RowMajor
{
    public static int Index(Shape s, int n, int h, int w, int c) => (((n * s.H) + h) * s.W + w) * s.C + c;
}
