using System.Numerics.Tensors;

namespace Recede.Engine.Data.Crops;

/// <summary>
/// Stretches a part of an image to a square of one size, as Pillow's Image.crop and Image.resize with BILINEAR do, to the bit:
/// pixel centres at halves, a triangle as wide as a pixel of the larger of both images (so that a smaller result is smoothed),
/// columns first, weights of 22 bits of fraction, each pass rounded to bytes. Nothing outside the part is looked at.
/// </summary>
/// <remarks>Integers only, but for the weights: the same bits everywhere. Serves one thread at a time.</remarks>
internal sealed class Resampler
{
    private const int FractionBits = 22;
    private const int Half = 1 << (FractionBits - 1);

    private readonly int _size;
    private readonly int _channels;
    private readonly int _mostTaps;
    private readonly int[] _firsts;
    private readonly int[] _taps;
    private readonly int[] _weights;
    private readonly double[] _exact;

    // What the columns' pass gives, bytes all of them, as the rows' pass multiplies them.
    private readonly int[] _rows;
    private readonly int[] _sums;

    /// <summary>Makes room for parts of up to <paramref name="height"/> x <paramref name="width"/>.</summary>
    public Resampler(int height, int width, int channels, int size)
    {
        (_size, _channels) = (size, channels);
        _mostTaps = (2 * (int)Math.Ceiling(Math.Max(1, (double)Math.Max(height, width) / size))) + 1;
        _firsts = new int[size];
        _taps = new int[size];
        _weights = new int[size * _mostTaps];
        _exact = new double[_mostTaps];
        _rows = new int[(long)height * size * channels];
        _sums = new int[size * channels];
    }

    /// <summary>Stretches a part of an image.</summary>
    /// <param name="image"><c>[H, W, C]</c>.</param>
    /// <param name="width">W.</param>
    /// <param name="box">The part, inside the image.</param>
    /// <param name="result">Receives <c>[size, size, C]</c>.</param>
    public void Stretch(ReadOnlySpan<byte> image, int width, CropBox box, Span<byte> result)
    {
        Weigh(box.Width);
        var rowBytes = _size * _channels;
        for (var row = 0; row < box.Height; row++)
        {
            var from = (((box.Top + row) * width) + box.Left) * _channels;
            StretchRow(image.Slice(from, box.Width * _channels), _rows.AsSpan(row * rowBytes, rowBytes));
        }

        Weigh(box.Height);
        for (var row = 0; row < _size; row++)
        {
            MixRows(row, result.Slice(row * rowBytes, rowBytes));
        }
    }

    private void StretchRow(ReadOnlySpan<byte> row, Span<int> result)
    {
        for (var x = 0; x < _size; x++)
        {
            var weights = _weights.AsSpan(x * _mostTaps, _taps[x]);
            var pixels = row.Slice(_firsts[x] * _channels, weights.Length * _channels);
            if (_channels == 3)
            {
                // Colours, which nearly all images have, in one go.
                int red = Half, green = Half, blue = Half;
                foreach (var weight in weights)
                {
                    red += pixels[0] * weight;
                    green += pixels[1] * weight;
                    blue += pixels[2] * weight;
                    pixels = pixels[3..];
                }

                (result[3 * x], result[3 * x + 1], result[3 * x + 2]) = (red >> FractionBits, green >> FractionBits, blue >> FractionBits);
                continue;
            }

            for (var c = 0; c < _channels; c++)
            {
                var sum = Half;
                for (var t = 0; t < weights.Length; t++)
                {
                    sum += pixels[(t * _channels) + c] * weights[t];
                }

                result[(x * _channels) + c] = sum >> FractionBits;
            }
        }
    }

    private void MixRows(int y, Span<byte> result)
    {
        Span<int> sums = _sums;
        sums.Fill(Half);
        for (var tap = 0; tap < _taps[y]; tap++)
        {
            ReadOnlySpan<int> row = _rows.AsSpan((_firsts[y] + tap) * sums.Length, sums.Length);
            TensorPrimitives.MultiplyAdd(row, _weights[(y * _mostTaps) + tap], sums, sums);
        }

        // The weights are none below 0 and add up to 1, less than 2^-20 apart: no sum lies outside the bytes.
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = (byte)(sums[i] >> FractionBits);
        }
    }

    /// <summary>The weights by which so many pixels become <see cref="_size"/>.</summary>
    private void Weigh(int pixels)
    {
        var scale = (double)pixels / _size;
        var support = Math.Max(scale, 1);
        for (var i = 0; i < _size; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var taps = Math.Min(pixels, (int)(centre + support + 0.5)) - first;
            double sum = 0;
            for (var t = 0; t < taps; t++)
            {
                // Pillow multiplies by the support's inverse: a division would round differently.
                _exact[t] = Math.Max(0, 1 - Math.Abs((t + first - centre + 0.5) * (1 / support)));
                sum += _exact[t];
            }

            (_firsts[i], _taps[i]) = (first, taps);
            for (var t = 0; t < taps; t++)
            {
                var weight = sum != 0 ? _exact[t] / sum : _exact[t];
                _weights[(i * _mostTaps) + t] = (int)(0.5 + (weight * (1 << FractionBits)));
            }
        }
    }
}
