using Recede.Cuda.Libraries;

namespace Recede.Engine.Tests.Cuda.Bindings;

/// <summary>Where CUDA's libraries are looked for, and in which order.</summary>
public sealed class SearchPathTests
{
    private const string Loader = "(loader)";

    [Test]
    public void The_variable_comes_first_then_the_loader_the_toolkit_and_python()
    {
        var host = new FakeHost()
            .With(
                "/usr/local/cuda-12.4/lib64/libnvrtc.so.12",
                "/usr/local/cuda-13.0/lib64/libnvrtc.so.13",
                "/usr/local/share/x",
                "/venv/lib/python3.12/site-packages/nvidia/cublas/lib/libcublas.so.12",
                "/venv/lib/python3.12/site-packages/nvidia/cudnn/lib/libcudnn.so.9")
            .WithVariable("RECEDE_CUDA_PATH", "/mine:/other/")
            .WithVariable("CUDA_PATH", "/toolkit")
            .WithVariable("CUDA_HOME", "/home-toolkit")
            .WithVariable("VIRTUAL_ENV", "/venv");

        Assert.That(PathsOf(host), Is.EqualTo(new[]
        {
            "/mine", "/mine/lib64", "/mine/lib",
            "/other/", "/other/lib64", "/other/lib",
            Loader,
            "/toolkit/lib64", "/toolkit/lib",
            "/home-toolkit/lib64", "/home-toolkit/lib",
            "/usr/local/cuda/lib64", "/usr/local/cuda/lib",
            "/usr/local/cuda-13.0/lib64", "/usr/local/cuda-13.0/lib",
            "/usr/local/cuda-12.4/lib64", "/usr/local/cuda-12.4/lib",
            "/venv/lib/python3.12/site-packages/nvidia/cublas/lib",
            "/venv/lib/python3.12/site-packages/nvidia/cudnn/lib",
            "/venv/lib",
        }));
    }

    [Test]
    public void The_variable_may_name_a_python_environment_or_its_packages()
    {
        const string Packages = "/venv/lib/python3.11/site-packages";
        var host = new FakeHost().With($"{Packages}/nvidia/cu13/lib/libnvrtc.so.13");

        host.WithVariable("RECEDE_CUDA_PATH", "/venv");
        Assert.That(PathsOf(host), Does.Contain($"{Packages}/nvidia/cu13/lib"));

        host.WithVariable("RECEDE_CUDA_PATH", Packages);
        Assert.That(PathsOf(host), Does.Contain($"{Packages}/nvidia/cu13/lib"));
    }

    [Test]
    public void On_Windows_the_folders_are_those_of_its_toolkits_and_packages()
    {
        const string Packages = @"C:\venv\Lib\site-packages\nvidia\";
        var host = new FakeHost(isWindows: true)
            .With(
                @"D:\Programs\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin\nvrtc64_120_0.dll",
                @"D:\Programs\NVIDIA GPU Computing Toolkit\CUDA\v13.0\bin\x64\nvrtc64_130_0.dll",
                @"D:\Programs\NVIDIA\CUDNN\v9.1\bin\12.4\cudnn64_9.dll",
                Packages + @"cu13\bin\x86_64\cublas64_13.dll",
                Packages + @"cudnn\bin\cudnn64_9.dll")
            .WithVariable("ProgramFiles", @"D:\Programs")
            .WithVariable("RECEDE_CUDA_PATH", @"E:\a;E:\b")
            .WithVariable("CONDA_PREFIX", @"C:\conda")
            .WithVariable("VIRTUAL_ENV", @"C:\venv");

        var paths = PathsOf(host);
        Assert.That(paths, Is.SubsetOf(paths.Distinct()));
        Assert.That(paths.Where(path => paths.IndexOf(path) < paths.IndexOf(Loader)), Is.EqualTo(new[]
        {
            @"E:\a", @"E:\a\bin", @"E:\a\bin\x64", @"E:\a\Library\bin", @"E:\b", @"E:\b\bin", @"E:\b\bin\x64", @"E:\b\Library\bin",
        }));
        Assert.That(paths.Skip(paths.IndexOf(Loader)), Is.EqualTo(new[]
        {
            Loader,
            @"D:\Programs\NVIDIA GPU Computing Toolkit\CUDA\v13.0\bin",
            @"D:\Programs\NVIDIA GPU Computing Toolkit\CUDA\v13.0\bin\x64",
            @"D:\Programs\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin",
            @"D:\Programs\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin\x64",
            @"D:\Programs\NVIDIA\CUDNN\v9.1\bin\12.4",
            @"D:\Programs\NVIDIA\CUDNN\v9.1\bin\12.4\x64",
            Packages + @"cu13\bin", Packages + @"cu13\bin\x86_64",
            Packages + @"cudnn\bin", Packages + @"cudnn\bin\x86_64",
            @"C:\venv\Library\bin",
            @"C:\conda\Library\bin",
        }));
    }

    [Test]
    public void A_folder_tells_which_CUDA_its_cuDNN_is_for_where_that_is_known()
    {
        const string Packages = "/venv/lib/python3.12/site-packages";
        var host = new FakeHost()
            .With($"{Packages}/nvidia/cudnn/lib/libcudnn.so.9", $"{Packages}/nvidia_cudnn_cu13-9.13.0.50.dist-info/RECORD")
            .WithVariable("VIRTUAL_ENV", "/venv");

        var cudnn = SearchPath.Of(host).Single(folder => folder.Path == $"{Packages}/nvidia/cudnn/lib");

        Assert.That(cudnn.Major, Is.EqualTo(13));
    }

    private static List<string> PathsOf(FakeHost host) => [.. SearchPath.Of(host).Select(folder => folder.Path ?? Loader)];
}
