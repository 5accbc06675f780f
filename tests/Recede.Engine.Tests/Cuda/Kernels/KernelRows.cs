using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>Tensors [rows][channels] on the stand-in, in the device's layout and either type.</summary>
internal static class KernelRows
{
    /// <summary>What the device holds of values: the nearest of the type.</summary>
    public static double[] Rounded(ElementType type, double[] values) =>
        Array.ConvertAll(values, v => (double)(type == ElementType.BFloat16 ? BFloat16.Round((float)v) : (float)v));

    /// <summary>An array of the values, padding zero.</summary>
    public static nint UploadRows(this KernelRun run, ElementType type, double[] values, int channels)
    {
        var padded = NhwcLayout.Padded(channels);
        var all = new float[values.Length / channels * padded];
        for (var i = 0; i < values.Length; i++)
        {
            all[(i / channels * padded) + (i % channels)] = (float)values[i];
        }

        return type == ElementType.BFloat16 ? run.UploadBFloat16(all) : run.Upload<float>(all);
    }

    /// <summary>A float vector of channels.</summary>
    public static nint UploadVector(this KernelRun run, double[] values) => run.UploadRows(ElementType.Float32, values, values.Length);

    /// <summary>Memory for rows, never written.</summary>
    public static nint AllocateRows(this KernelRun run, ElementType type, long rows, int channels)
    {
        var count = rows * NhwcLayout.Padded(channels);
        return type == ElementType.BFloat16 ? run.Allocate<ushort>(count) : run.Allocate<float>(count);
    }

    /// <summary>The values; padding must be zero.</summary>
    public static double[] DownloadRows(this KernelRun run, ElementType type, nint address, long rows, int channels)
    {
        var padded = NhwcLayout.Padded(channels);
        var all = type == ElementType.BFloat16
            ? run.DownloadBFloat16(address, rows * padded)
            : run.Download<float>(address, rows * padded);
        var values = new double[rows * channels];
        for (var row = 0; row < rows; row++)
        {
            TensorAssert.AllZero(all.AsSpan((row * padded) + channels, padded - channels), $"padding of row {row}");
            for (var c = 0; c < channels; c++)
            {
                values[(row * channels) + c] = all[(row * padded) + c];
            }
        }

        return values;
    }

    /// <summary>A float vector of channels; padding must be zero.</summary>
    public static double[] DownloadVector(this KernelRun run, nint address, int channels) =>
        run.DownloadRows(ElementType.Float32, address, 1, channels);

    /// <summary>The suffix of a kernel's name.</summary>
    public static string Suffix(ElementType type) => type == ElementType.BFloat16 ? "_bf16" : "_f32";

    /// <summary>What rounding to the type may add to a value: half the distance of neighbours, and a little of float32's sums.</summary>
    public static double Relative(ElementType type) => type == ElementType.BFloat16 ? BFloat16.Epsilon : 1e-6;

    /// <summary>Standard normal numbers.</summary>
    public static double[] Normal(long count, int stream, double mean = 0)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = mean + Philox.Normal(7, (ulong)stream, (ulong)i);
        }

        return values;
    }
}
