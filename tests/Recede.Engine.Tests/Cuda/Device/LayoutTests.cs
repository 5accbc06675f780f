using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>The parts of the CUDA device that compute on the host.</summary>
[TestFixture]
internal sealed class LayoutTests
{
    [Test]
    public unsafe void Rows_are_padded_with_zeros_and_back([Values(1, 3, 7, 8, 16, 31, 37, 257)] int channels)
    {
        var shape = new Shape(2, 3, 1, channels);
        var rows = new PaddedRows(shape, TensorLayout.Activation, ElementType.Float32);
        var values = Enumerable.Range(1, (int)shape.Count).Select(i => (float)i).ToArray();
        var padded = new float[NhwcLayout.Count(shape, TensorLayout.Activation)];
        Array.Fill(padded, float.NaN);
        var back = new float[values.Length];
        fixed (float* p = padded)
        {
            rows.Pack(values, (byte*)p);
            rows.Unpack((byte*)p, back);
        }

        Assert.That(rows.Count, Is.EqualTo(6));
        Assert.That(back, Is.EqualTo(values));
        var width = NhwcLayout.Padded(channels);
        for (var i = 0; i < padded.Length; i++)
        {
            var (row, c) = (i / width, i % width);
            Assert.That(padded[i], Is.EqualTo(c < channels ? values[row * channels + c] : 0f), $"row {row}, channel {c}");
        }
    }

    [Test]
    public void No_row_is_left_out_of_a_piece_and_none_is_needed_for_nothing()
    {
        Assert.That(new PaddedRows(new Shape(1, 1, 1, 3_000_000), TensorLayout.Activation, ElementType.Float32).In(1 << 20), Is.EqualTo(1));
        Assert.That(new PaddedRows(new Shape(0, 1, 1, 3), TensorLayout.Activation, ElementType.Float32).Count, Is.Zero);
        Assert.That(new PaddedRows(new Shape(2, 1, 1, 0), TensorLayout.Activation, ElementType.Float32).Count, Is.Zero);
        Assert.That(new PaddedRows(new Shape(2, 5, 1, 3), TensorLayout.Dense, ElementType.Float32).Count, Is.EqualTo(30));
    }

    [TestCase(0, -1)]
    [TestCase(16_777_215, 10)]
    [TestCase(5, int.MinValue)]
    public void A_fault_names_row_and_label(int row, int label)
    {
        var word = (ulong)CudaFault.LabelOutOfRange << 56 | (ulong)row << 32 | (uint)label;
        Assert.That(FaultReport.Of(word).Message, Does.Contain($"row {row} is {label},"));
    }

    [Test]
    public void A_fault_of_an_unknown_kind_is_told_as_it_is() =>
        Assert.That(FaultReport.Of(0x7F00_0000_0000_0001).Message, Does.Contain("0x7F00000000000001"));

    [TestCase(90, 90)]
    [TestCase(89, 89)]
    [TestCase(120, 90)]
    [TestCase(61, 0)]
    public void Kernels_are_compiled_for_the_gpu_or_the_newest_architecture_below_it(int capability, int expected) =>
        Assert.That(KernelCompiler.Choose([75, 80, 86, 89, 90], capability), Is.EqualTo(expected));

    [Test]
    public void A_source_of_ones_own_is_known_by_its_text()
    {
        var a = CudaKernel<int>.FromSource("f", "text");
        var b = CudaKernel<int>.FromSource("g", "text");
        var c = CudaKernel<int>.FromSource("f", "other text");
        Assert.That(a.Source, Is.EqualTo(b.Source));
        Assert.That(a.Source, Is.Not.EqualTo(c.Source));
        Assert.That(KernelSource.HeaderNames.Select(KernelSource.ReadEmbedded), Has.All.Contains("#pragma once"));
        Assert.That(() => KernelSource.ReadEmbedded("none.cu"), Throws.InstanceOf<FileNotFoundException>());
    }
}
