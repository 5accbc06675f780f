namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The pixels of a batch cut into parts: groups of whole images or, with one image a part, bands of rows.
/// </summary>
internal readonly record struct PixelParts(int Images, int Rows, int Width, int ImagesPerPart, int RowsPerPart)
{
    public int Bands => (Rows + RowsPerPart - 1) / RowsPerPart;

    public int Count => (Images + ImagesPerPart - 1) / ImagesPerPart * Bands;

    /// <summary>The pixels of a part that is not the last.</summary>
    public int PixelsPerPart => ImagesPerPart * RowsPerPart * Width;

    /// <summary>The images and rows of a part.</summary>
    public void Locate(int part, out int image, out int images, out int row, out int rows)
    {
        image = part / Bands * ImagesPerPart;
        images = Math.Min(ImagesPerPart, Images - image);
        row = part % Bands * RowsPerPart;
        rows = Math.Min(RowsPerPart, Rows - row);
    }
}
