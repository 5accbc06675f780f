using Recede.Engine.Core;
using Recede.Engine.Data;

namespace Recede.Engine.Tests.Training;

/// <summary>A small learnable data set: each class has a bright square at its own place, on noise.</summary>
internal static class TinyImages
{
    public const int Size = 12;
    public const int Classes = 4;

    public static DatasetPair Create(int train = 96, int test = 40) => new(Draw("tiny", train, 1), Draw("tiny", test, 2));

    private static ImageDataset Draw(string name, int count, ulong seed)
    {
        var images = new byte[count * Size * Size * 3];
        var labels = new int[count];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = (byte)(Philox.UInt32(seed, 5, (ulong)i) & 127);
        }

        for (var n = 0; n < count; n++)
        {
            labels[n] = n % Classes;
            var (top, left) = (labels[n] / 2 * 6 + 1, labels[n] % 2 * 6 + 1);
            for (var h = top; h < top + 4; h++)
            {
                for (var w = left; w < left + 4; w++)
                {
                    images[((n * Size + h) * Size + w) * 3 + labels[n] % 3] = 250;
                }
            }
        }

        return new ImageDataset(name, Size, Size, 3, Classes, images, labels);
    }
}
