using System.Globalization;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Tests.Devices;

/// <summary>Large buffers of the CPU lie on huge pages where Linux has them.</summary>
public sealed class HugePagesTests
{
    [TestCase(HugePages.Bytes)]
    [TestCase((5 * HugePages.Bytes) + 64)]
    public void A_large_buffer_asks_for_them(long bytes)
    {
        using var device = Device.Cpu(1);
        using var buffer = device.Allocate(bytes);
        Assert.That(buffer.Address % HugePages.Bytes, Is.Zero);
        if (!Directory.Exists("/sys/kernel/mm/transparent_hugepage"))
        {
            Assert.Ignore("This system has no transparent huge pages.");
        }

        Assert.That(Flags(buffer.Address), Does.Contain("hg"));
    }

    // What the kernel was told of the mapping that holds an address.
    private static string[] Flags(nint address)
    {
        var isInside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var range = line.Split(' ')[0].Split('-');
            if (range.Length == 2
                && long.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var first)
                && long.TryParse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var end))
            {
                isInside = first <= address && address < end;
            }
            else if (isInside && line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return [];
    }
}
