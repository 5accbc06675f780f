using Recede.Engine.Core;

namespace Recede.Engine.Data.Crops;

/// <summary>
/// Draws the part of an image that is stretched to a network's input: 8 % to 100 % of its area, with sides of 3 : 4 to 4 : 3,
/// uniform in area and in the ratio's logarithm (C. Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, section 6; the
/// draws and what happens where none fits are those of torchvision's RandomResizedCrop).
/// </summary>
internal static class RandomResizedCrop
{
    private const double LeastArea = 0.08;
    private const double LeastRatio = 3.0 / 4;
    private const double MostRatio = 4.0 / 3;
    private const int Tries = 10;
    private const double Words = 1L << 32;

    // A stream of its own, so that order, flips and crops of one seed are independent.
    private static readonly ulong Stream = Philox.StreamOf("ResizedCrop");

    /// <summary>The part of an image in an epoch; depends on nothing but what is given.</summary>
    public static CropBox Draw(int height, int width, ulong seed, int epoch, int index)
    {
        for (ulong attempt = 0; attempt < Tries; attempt++)
        {
            var (x, y, z, w) = Philox.Block(seed, Stream + (ulong)epoch, (uint)index | attempt << 32);
            var area = (double)height * width * (LeastArea + ((1 - LeastArea) * (x / Words)));
            var ratio = Math.Exp(Math.Log(LeastRatio) + ((Math.Log(MostRatio) - Math.Log(LeastRatio)) * (y / Words)));
            var columns = (int)Math.Round(Math.Sqrt(area * ratio));
            var rows = (int)Math.Round(Math.Sqrt(area / ratio));
            if (columns > 0 && columns <= width && rows > 0 && rows <= height)
            {
                var top = (int)((ulong)z * (ulong)(height - rows + 1) >> 32);
                var left = (int)((ulong)w * (ulong)(width - columns + 1) >> 32);
                return new CropBox(top, left, rows, columns);
            }
        }

        // The largest part of an allowed ratio, in the middle.
        return ((double)width / height) switch
        {
            < LeastRatio => CropBox.Centre(height, width, Math.Min(height, (int)Math.Round(width / LeastRatio)), width),
            > MostRatio => CropBox.Centre(height, width, height, Math.Min(width, (int)Math.Round(height * MostRatio))),
            _ => new CropBox(0, 0, height, width),
        };
    }
}
