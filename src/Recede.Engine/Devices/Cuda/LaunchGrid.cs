using System.Numerics;

namespace Recede.Engine.Devices.Cuda;

/// <summary>How a kernel is launched.</summary>
/// <param name="GridX">Blocks along x, 1 or more.</param>
/// <param name="GridY">Blocks along y, 1 to 65,535.</param>
/// <param name="GridZ">Blocks along z, 1 to 65,535.</param>
/// <param name="BlockX">Threads of a block along x.</param>
/// <param name="BlockY">Threads of a block along y.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
public readonly record struct LaunchGrid(int GridX, int GridY, int GridZ, int BlockX, int BlockY, int SharedBytes)
{
    // Enough blocks to fill any GPU several times over; a grid-stride loop takes the rest.
    private const int MostBlocks = 1 << 16;

    // What the hardware allows along y and z.
    private const int MostRows = 65535;

    // Threads of a block that sums columns; its kernels have shared memory for as many.
    private const int ColumnBlock = 256;

    /// <summary>A one-dimensional grid for a grid-stride loop over <paramref name="items"/>.</summary>
    /// <param name="items">Items of the loop; 0 gives one block, which finds nothing to do.</param>
    /// <param name="block">Threads of a block.</param>
    public static LaunchGrid Over(long items, int block = 256) =>
        new((int)Math.Clamp((items + block - 1) / block, 1, MostBlocks), 1, 1, block, 1, 0);

    /// <summary>
    /// A grid for sums down columns: a block takes up to 32 columns side by side and cuts the rows into shares, a power of two
    /// of them, which it joins in a tree.
    /// </summary>
    /// <param name="columns">Columns: vectors of channels.</param>
    /// <param name="groups">Sums of each column; more than 65,535 take turns.</param>
    public static LaunchGrid Columns(int columns, int groups)
    {
        var side = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(columns, 1, 32));
        return new(Math.Max((columns + side - 1) / side, 1), Math.Clamp(groups, 1, MostRows), 1, side, ColumnBlock / side, 0);
    }
}
