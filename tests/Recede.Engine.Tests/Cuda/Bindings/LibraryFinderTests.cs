using Recede.Cuda.Libraries;

namespace Recede.Engine.Tests.Cuda.Bindings;

/// <summary>Which files are taken, in which order they are loaded, what is said of those that are missing.</summary>
public sealed class LibraryFinderTests
{
    private const string Packages = "/venv/lib/python3.12/site-packages";
    private const string Nvidia = Packages + "/nvidia";

    private static readonly string[] Cuda12Packages =
    [
        $"{Nvidia}/cuda_nvrtc/lib/libnvrtc.so.12",
        $"{Nvidia}/cuda_nvrtc/lib/libnvrtc-builtins.so.12.4",
        $"{Nvidia}/cublas/lib/libcublas.so.12",
        $"{Nvidia}/cublas/lib/libcublasLt.so.12",
        $"{Nvidia}/cublas/lib/libnvblas.so.12",
        $"{Nvidia}/cudnn/lib/libcudnn.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_adv.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_cnn.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_engines_precompiled.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_engines_runtime_compiled.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_graph.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_heuristic.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_ops.so.9",
        $"{Packages}/nvidia_cudnn_cu12-9.1.0.70.dist-info/RECORD",
    ];

    private static readonly string[] Cuda13Packages =
    [
        $"{Nvidia}/cu13/lib/libnvrtc.so.13",
        $"{Nvidia}/cu13/lib/libnvrtc.alt.so.13",
        $"{Nvidia}/cu13/lib/libnvrtc-builtins.so.13.0",
        $"{Nvidia}/cu13/lib/libnvrtc-builtins.alt.so.13.0",
        $"{Nvidia}/cu13/lib/libcublas.so.13",
        $"{Nvidia}/cu13/lib/libcublasLt.so.13",
        $"{Nvidia}/cudnn/lib/libcudnn.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_graph.so.9",
        $"{Nvidia}/cudnn/lib/libcudnn_ops.so.9",
        $"{Packages}/nvidia_cudnn_cu13-9.13.0.50.dist-info/RECORD",
    ];

    [Test]
    public void Making_a_finder_asks_nothing_and_loads_nothing()
    {
        var host = Machine(Cuda12Packages);
        var finder = new LibraryFinder(host);

        Assert.That(finder.HasLoaded, Is.False);
        Assert.That(host.Questions, Is.Zero);
    }

    [Test]
    public void The_packages_of_CUDA_12_are_loaded_in_the_order_of_their_dependencies()
    {
        var host = Machine(Cuda12Packages);
        var found = new LibraryFinder(host).Find(LibraryNames.Cudnn);

        Assert.That(found.Problem, Is.Null);
        Assert.That(found.Path, Is.EqualTo($"{Nvidia}/cudnn/lib/libcudnn.so.9"));
        Assert.That(found.Origin, Is.EqualTo("the Python environment of VIRTUAL_ENV"));
        Assert.That(host.Loaded, Is.EqualTo(new[]
        {
            "libcuda.so.1",
            $"{Nvidia}/cuda_nvrtc/lib/libnvrtc-builtins.so.12.4",
            $"{Nvidia}/cuda_nvrtc/lib/libnvrtc.so.12",
            $"{Nvidia}/cublas/lib/libcublasLt.so.12",
            $"{Nvidia}/cublas/lib/libcublas.so.12",
            $"{Nvidia}/cudnn/lib/libcudnn_graph.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn_ops.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn_cnn.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn_engines_precompiled.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn_engines_runtime_compiled.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn_heuristic.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn.so.9",
        }));
    }

    [Test]
    public void The_packages_of_CUDA_13_lie_in_one_folder()
    {
        var host = Machine(Cuda13Packages);
        new LibraryFinder(host).Find(LibraryNames.Cudnn);

        Assert.That(host.Loaded, Is.EqualTo(new[]
        {
            "libcuda.so.1",
            $"{Nvidia}/cu13/lib/libnvrtc-builtins.so.13.0",
            $"{Nvidia}/cu13/lib/libnvrtc.so.13",
            $"{Nvidia}/cu13/lib/libcublasLt.so.13",
            $"{Nvidia}/cu13/lib/libcublas.so.13",
            $"{Nvidia}/cudnn/lib/libcudnn_graph.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn_ops.so.9",
            $"{Nvidia}/cudnn/lib/libcudnn.so.9",
        }));
    }

    [Test]
    public void A_library_is_loaded_once()
    {
        var host = Machine(Cuda12Packages);
        var finder = new LibraryFinder(host);

        var first = finder.Find(LibraryNames.Nvrtc);
        var loaded = host.Loaded.Count;

        Assert.That(finder.Find(LibraryNames.Nvrtc), Is.SameAs(first));
        Assert.That(host.Loaded, Has.Count.EqualTo(loaded));
    }

    [Test]
    public void CUDA_12_is_taken_where_the_driver_does_not_serve_13()
    {
        const string Toolkits = "/usr/local/cuda-";
        var host = new FakeHost { CudaOfDriver = 12040 }
            .KnownToLoader("libcuda.so.1")
            .With(
                $"{Toolkits}13.0/lib64/libnvrtc.so.13", $"{Toolkits}13.0/lib64/libcublas.so.13", $"{Toolkits}13.0/lib64/libcudnn.so.9",
                $"{Toolkits}12.4/lib64/libnvrtc.so.12", $"{Toolkits}12.4/lib64/libcublas.so.12");

        Assert.That(new LibraryFinder(host).Find(LibraryNames.Nvrtc).Path, Is.EqualTo($"{Toolkits}12.4/lib64/libnvrtc.so.12"));
    }

    [Test]
    public void The_version_that_is_there_in_full_is_taken_before_a_newer_one_that_is_not()
    {
        var host = Machine([.. Cuda12Packages, "/usr/local/cuda-13.0/lib64/libnvrtc.so.13"]);

        Assert.That(new LibraryFinder(host).Find(LibraryNames.Nvrtc).Path, Does.EndWith("libnvrtc.so.12"));
    }

    [Test]
    public void What_the_loader_knows_is_taken_before_the_packages_and_after_the_variable()
    {
        string[] known = ["libcuda.so.1", "libnvrtc.so.12", "libcublas.so.12", "libcudnn.so.9"];

        var plain = new LibraryFinder(Machine(Cuda12Packages).KnownToLoader(known)).Find(LibraryNames.Cublas);
        var named = new LibraryFinder(Machine(Cuda12Packages).KnownToLoader(known).WithVariable(SearchPath.Variable, Packages))
            .Find(LibraryNames.Cublas);

        Assert.That(plain.Path, Is.EqualTo("/found/by/the/loader/libcublas.so.12"));
        Assert.That(plain.Origin, Is.EqualTo("the loader's path"));
        Assert.That(named.Path, Is.EqualTo($"{Nvidia}/cublas/lib/libcublas.so.12"));
        Assert.That(named.Origin, Is.EqualTo(SearchPath.Variable));
    }

    [Test]
    public void A_file_that_cannot_be_loaded_is_passed_over_and_told()
    {
        const string Broken = "/mine/libnvrtc.so.13";
        var host = Machine(Cuda13Packages).WithBroken(Broken).WithVariable(SearchPath.Variable, "/mine");
        Assert.That(new LibraryFinder(host).Find(LibraryNames.Nvrtc).Path, Does.StartWith(Nvidia));

        var alone = new FakeHost().WithBroken(Broken).WithVariable(SearchPath.Variable, "/mine");
        Assert.That(
            new LibraryFinder(alone).Find(LibraryNames.Nvrtc).Problem,
            Does.StartWith($"{Broken} cannot be loaded (wrong ELF class): install nvidia-cuda-nvrtc in"));
    }

    [Test]
    public void On_Windows_its_names_are_taken()
    {
        const string Bin = @"C:\t\bin\";
        var host = new FakeHost(isWindows: true)
            .KnownToLoader("nvcuda.dll")
            .WithVariable("CUDA_PATH", @"C:\t")
            .With(
                Bin + "nvrtc64_120_0.dll", Bin + "nvrtc-builtins64_124.dll", Bin + "cublas64_12.dll", Bin + "cublasLt64_12.dll",
                Bin + "cudnn64_9.dll", Bin + "cudnn_graph64_9.dll", Bin + "cudnn_adv64_9.dll");
        new LibraryFinder(host).Find(LibraryNames.Cudnn);

        Assert.That(host.Loaded, Is.EqualTo(new[]
        {
            "nvcuda.dll",
            Bin + "nvrtc-builtins64_124.dll", Bin + "nvrtc64_120_0.dll",
            Bin + "cublasLt64_12.dll", Bin + "cublas64_12.dll",
            Bin + "cudnn_graph64_9.dll", Bin + "cudnn64_9.dll",
        }));
    }

    [Test]
    public void What_is_missing_is_told_with_what_to_do()
    {
        var finder = new LibraryFinder(new FakeHost { CudaOfDriver = 12080 }.KnownToLoader("libcuda.so.1"));

        Assert.That(
            new LibraryFinder(new FakeHost()).Find(LibraryNames.Driver).Problem,
            Is.EqualTo("the NVIDIA driver (libcuda.so.1) was not found: install NVIDIA's driver "
                + "(a container must be given its GPUs, such as by docker run --gpus all)"));
        Assert.That(finder.Find(LibraryNames.Cublas).Problem, Does.Contain("libcublas.so.12").And.Contain("nvidia-cublas-cu12"));
        Assert.That(finder.Find(LibraryNames.Cudnn).Problem, Does.Contain("libcudnn.so.9").And.Contain("nvidia-cudnn-cu12"));
        Assert.That(finder.Find(LibraryNames.Cudnn).Problem, Does.Contain(SearchPath.Variable));
    }

    [Test]
    public void Libraries_too_new_for_the_driver_are_told()
    {
        var host = new FakeHost { CudaOfDriver = 12080 }
            .KnownToLoader("libcuda.so.1")
            .With([.. Cuda13Packages])
            .WithVariable("VIRTUAL_ENV", "/venv");

        Assert.That(
            new LibraryFinder(host).Find(LibraryNames.Nvrtc).Problem,
            Is.EqualTo("NVRTC is there for a newer CUDA than the driver serves, which is 12: "
                + "update the NVIDIA driver, or install nvidia-cuda-nvrtc-cu12"));
    }

    [Test]
    public void A_driver_too_old_is_told()
    {
        var host = new FakeHost { CudaOfDriver = 11080 }.KnownToLoader("libcuda.so.1");

        Assert.That(
            new LibraryFinder(host).Find(LibraryNames.Driver).Problem,
            Is.EqualTo("the NVIDIA driver serves CUDA 11.8 at most, and 12.0 or more is needed: update it"));
    }

    private static FakeHost Machine(string[] files) =>
        new FakeHost().KnownToLoader("libcuda.so.1").With(files).WithVariable("VIRTUAL_ENV", "/venv");
}
