using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>Large buffers on pages of 2 MiB, whose places a processor looks up less often than those of pages of 4 KiB.</summary>
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
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = madvise(start, (nuint)bytes, Advice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name: no wish can be made.
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(void* start, nuint bytes, int advice);
}
