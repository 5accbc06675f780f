namespace Recede.Engine.Data.Crops;

/// <summary>A part of an image, in pixels.</summary>
internal readonly record struct CropBox(int Top, int Left, int Height, int Width)
{
    /// <summary>The part of that size in the middle; an odd pixel is left at the bottom or the right.</summary>
    public static CropBox Centre(int height, int width, int rows, int columns) =>
        new((height - rows) / 2, (width - columns) / 2, rows, columns);
}
