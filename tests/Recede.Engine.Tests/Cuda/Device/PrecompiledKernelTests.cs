using System.Text;
using System.Text.RegularExpressions;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>What <c>build.ps1 -Precompile</c> makes is taken instead of compiling, and never believed against the source. That nvcc
/// makes it was not run: there is none here. The images are those of the stand-in's NVRTC.</summary>
[TestFixture]
internal sealed class PrecompiledKernelTests
{
    private static readonly float[] Numbers = [1, 2, 3];

    [Test]
    public void An_image_of_the_build_is_taken_instead_of_compiling()
    {
        using var standIn = StandIn.Take(new StandInSettings { Instrumented = false });
        var image = Encoding.UTF8.GetBytes(Compiled("finite.cu"));
        Assert.That(CheckWith(name => IsOf(name, "finite") ? image : null), Is.EqualTo((0, 0, 1)));
    }

    [Test]
    public void Without_one_or_with_a_bad_one_the_source_is_compiled()
    {
        using var standIn = StandIn.Take(new StandInSettings { Instrumented = false });
        Assert.That(CheckWith(_ => null), Is.EqualTo((1, 0, 0)));
        Assert.That(CheckWith(_ => "no image"u8.ToArray()), Is.EqualTo((1, 0, 0)));

        // One that holds other kernels than its name says.
        var other = Encoding.UTF8.GetBytes(Compiled("gather.cu"));
        Assert.That(CheckWith(_ => other), Is.EqualTo((1, 0, 1)));
    }

    [Test]
    public void The_name_holds_the_source_the_headers_and_the_gpu()
    {
        var text = KernelSource.ReadEmbedded("sgd.cu");
        var name = PrecompiledKernels.NameOf("sgd.cu", text, 90);
        Assert.That(name, Does.Match("^sgd\\.sm_90\\.[0-9a-f]{24}\\.cubin$"));
        Assert.That(PrecompiledKernels.NameOf("sgd.cu", text + " ", 90), Is.Not.EqualTo(name));
        Assert.That(PrecompiledKernels.NameOf("sgd.cu", text, 80), Does.StartWith("sgd.sm_80."));
        Assert.That(PrecompiledKernels.Embedded.Find(new KernelSource("sgd.cu", "a program's own"), text, 90), Is.Null);
    }

    [Test]
    public void The_script_hashes_the_headers_in_the_engines_order()
    {
        var script = File.ReadAllText(Repository.PathOf("build.ps1"));
        var headers = Regex.Match(script, @"\$headers = (.*)").Groups[1].Value.TrimEnd();
        Assert.That(headers, Is.EqualTo(string.Join(", ", KernelSource.HeaderNames.Select(name => $"'{name}'"))));
    }

    private static bool IsOf(string name, string kernels) => name.StartsWith(kernels + ".sm_", StringComparison.Ordinal);

    // What the stand-in's NVRTC makes of a file.
    private static string Compiled(string file)
    {
        using var device = StandInDevice.Open();
        return Encoding.UTF8.GetString(new KernelCompiler(device.ComputeCapability).Compile(file, KernelSource.ReadEmbedded(file)));
    }

    private static (int Compiled, int Cached, int Precompiled) CheckWith(Func<string, byte[]?> images)
    {
        var options = new CudaOptions { Precompiled = new PrecompiledKernels(name => images(name) is { } image ? new MemoryStream(image) : null) };
        using var device = StandInDevice.Open(options);
        using var x = device.Tensor(Shape.Vector(3), TensorLayout.Activation, Numbers);
        Assert.That(device.IsFinite(x.Address, device.PhysicalCount(Shape.Vector(3), TensorLayout.Activation)));
        return device.KernelLoads;
    }
}
