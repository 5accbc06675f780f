using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Bench.Ops;

/// <summary>64 images of 32x32x3 bytes, copied in and normalised into the network's layout, with and without augmentation.</summary>
public class ImageBenchmarks : OpBenchmarks
{
    private static readonly Shape Images = new(Batch, 32, 32, 3);
    private readonly byte[] _bytes = new byte[Images.Count];
    private readonly int[] _indices = [.. Enumerable.Range(0, Batch)];
    private readonly ImageNormalization _normalization = new([0.4914f, 0.4822f, 0.4465f], [0.2023f, 0.1994f, 0.2010f]);

    [Benchmark]
    public void Normalise() => Run([]);

    /// <summary>Random crop out of a border of 4, random flip.</summary>
    [Benchmark]
    public void Augment() => Run(_indices);

    protected override void Prepare()
    {
        for (var i = 0; i < _bytes.Length; i++)
        {
            _bytes[i] = (byte)Philox.UInt32(1, 0, (ulong)i);
        }
    }

    private void Run(ReadOnlySpan<int> augmented)
    {
        using (Tape.BeginStep(training: true))
        {
            var bytes = Tape.Input(_bytes, Images);
            var indices = augmented.IsEmpty ? Tensor.None : Tape.Input(augmented);
            Tape.Images(bytes, indices, new ImageArguments(_normalization, CropPadding: 4, Flip: true, Seed: 1));
        }
    }
}
