using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Devices;

/// <summary>The generated micro-kernels.</summary>
internal sealed class GeneratedKernelTests
{
    private const string Folder = "src/Recede.Engine/Devices/Cpu/Generated";
    private const string Generator = "kernel_generator.py";

    [Test]
    public void The_generator_writes_the_kernels_that_are_compiled()
    {
        using var folder = new TemporaryFolder();
        string generator = Path.Combine(folder.Path, Generator);
        File.Copy(Repository.PathOf($"{Folder}/{Generator}"), generator);
        var (code, _, error) = Python.Run(null, generator);
        Assert.That(code, Is.Zero, error);
        Assert.That(Texts(folder.Path), Is.EqualTo(Texts(Repository.PathOf(Folder))));
    }

    private static Dictionary<string, string> Texts(string folder)
        => Directory.GetFiles(folder, "*.cs").ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
}
