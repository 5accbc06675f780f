using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>How elementwise loops are cut into items for the pool, and how they keep padding lanes zero.</summary>
internal static unsafe class ElementwiseCut
{
    // 64 KB a buffer: what a core's second-level cache holds of all the buffers of a loop, and far more work than
    // handing out an item costs. A multiple of 16, so an item never splits a vector.
    private const int Floats = 16 * 1024;

    public static int Items(long count) => checked((int)((count + Floats - 1) / Floats));

    public static long Start(int item) => (long)item * Floats;

    public static long End(int item, long count) => Math.Min(count, (item + 1L) * Floats);

    /// <summary>Writes zeros to the lanes beyond the last channel of an activation.</summary>
    public static void ClearPadding(float* values, Shape shape)
    {
        var used = shape.C % BlockedLayout.Lanes;
        if (used == 0)
        {
            return;
        }

        var blocks = BlockedLayout.Blocks(shape.C);
        var pixels = (long)shape.H * shape.W;
        for (var n = 0; n < shape.N; n++)
        {
            var block = values + ((n + 1L) * blocks - 1) * pixels * BlockedLayout.Lanes;
            for (long p = 0; p < pixels; p++)
            {
                for (var lane = used; lane < BlockedLayout.Lanes; lane++)
                {
                    block[p * BlockedLayout.Lanes + lane] = 0;
                }
            }
        }
    }
}
