using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>Fills one channel block whose 16 lanes come from anywhere.</summary>
internal static unsafe class ChannelLanes
{
    /// <summary>
    /// y[h, w, lane] = sources[lane][h*stride, w*stride] or zero where a source is null; added to y when accumulating.
    /// </summary>
    /// <param name="sources">For each of 16 lanes, its first pixel in some channel block, or null.</param>
    /// <param name="y">The block's first pixel.</param>
    /// <param name="rows">Rows of y.</param>
    /// <param name="columns">Columns of y.</param>
    /// <param name="sourceColumns">Columns of every source.</param>
    /// <param name="stride">Step in the sources' rows and columns.</param>
    /// <param name="accumulate">Whether y keeps what it holds.</param>
    public static void Gather(float** sources, float* y, int rows, int columns, int sourceColumns, int stride, bool accumulate)
    {
        const int Lanes = BlockedLayout.Lanes;
        var step = (long)stride * Lanes;
        for (var row = 0; row < rows; row++)
        {
            var start = row * stride * (long)sourceColumns * Lanes;
            for (var lane = 0; lane < Lanes; lane++)
            {
                var target = y + (long)row * columns * Lanes + lane;
                var source = sources[lane];
                if (source is null)
                {
                    for (var i = 0; i < columns && !accumulate; i++)
                    {
                        target[(long)i * Lanes] = 0;
                    }

                    continue;
                }

                source += start;
                for (var i = 0; i < columns; i++)
                {
                    target[(long)i * Lanes] = (accumulate ? target[(long)i * Lanes] : 0) + source[i * step];
                }
            }
        }
    }
}
