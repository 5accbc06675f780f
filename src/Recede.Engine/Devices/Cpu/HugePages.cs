using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Large buffers on pages of 2 MiB. A processor remembers where few pages lie (16 for stores on Sapphire Rapids), and a
/// transform of Winograd's writes to 36 places at a time: with pages of 4 KiB it waits for their addresses.
/// </summary>
internal static unsafe partial class HugePages
{
    /// <summary>The size of a huge page, in bytes: a buffer of its multiples can lie on huge pages alone.</summary>
    public const long Bytes = 2 << 20;

    // MADV_HUGEPAGE of linux/mman.h.
    private const int Advice = 14;

    /// <summary>
    /// Asks Linux to put whole huge pages behind memory that nobody has touched yet; most distributions do so only when asked. It is
    /// a wish: a system that knows none, or has none to give, backs the memory as it always did.
    /// </summary>
    public static void Ask(void* start, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = madvise(start, (nuint)bytes, Advice);
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(void* start, nuint bytes, int advice);
}
