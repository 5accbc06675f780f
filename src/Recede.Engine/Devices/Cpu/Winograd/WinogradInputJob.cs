namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>The transformed input that the items of a <see cref="WinogradConvolution"/> share; an item is one chunk of one group.</summary>
internal unsafe struct WinogradInputJob<TT, TV, TOps> : IParallelJob
    where TT : struct, IWinogradTransform
    where TV : unmanaged
    where TOps : struct, IVectorOps<TV>
{
    public WinogradConvolution Shape;
    public TileSource Source;
    public float* Shared;

    public readonly void Run(int item, int worker)
    {
        int group = item / Shape.Chunks;
        Transform(Shape, Source, group, item % Shape.Chunks, Shared + (group * Shape.InputFloats));
    }

    /// <summary>The transformed input of a group's tiles, one chunk of blocks of it.</summary>
    public static void Transform(in WinogradConvolution shape, in TileSource source, int group, int chunk, float* input)
    {
        shape.Tiles.Locate(group, out int image, out int images, out int row, out int rows);
        int first = chunk * shape.BlocksPerChunk;
        int blocks = Math.Min(shape.BlocksPerChunk, shape.InputBlocks - first);
        float* to = input + (chunk * shape.Planes * shape.InputPlane);
        source.Transform<InputTile<TT>, TV, TOps>(
            image, images, row, rows, shape.Tiles.Width, first, blocks, to, shape.InputPlane, shape.ChunkLanes);
    }
}
