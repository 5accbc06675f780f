using System.Globalization;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Tests.Support;

/// <summary>The CPU with two threads, and with one and five.</summary>
internal sealed class CpuTestDevice : TestDevice
{
    public const string Name = "cpu";

    public override IEnumerable<string> Variants => ["1 threads", "5 threads"];

    public override Device Open() => Device.Cpu(2);

    public override Device Open(string variant) =>
        Device.Cpu(int.Parse(variant.AsSpan(0, 1), CultureInfo.InvariantCulture));

    public override long Index(Shape shape, TensorLayout layout, int n, int h, int w, int c) =>
        BlockedLayout.Index(shape, layout, n, h, w, c);
}
