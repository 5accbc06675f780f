using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Cuda;

namespace Recede.Engine.Tests.Support;

/// <summary>
/// CUDA: on the stand-in, or on the machine's first GPU where the environment variable RECEDE_TEST_GPU is 1. The stand-in runs
/// the threads of a block in one order or another, and work when it is queued or as late as it may; neither may change
/// a bit of the result. Accesses are not watched here, which takes several times as long: the tests of the kernels do that.
/// </summary>
internal sealed class CudaTestDevice(ElementType activationType = ElementType.Float32) : TestDevice
{
    public const string Name = "cuda";

    /// <summary>With bfloat16 activations.</summary>
    public const string BFloat16Name = "cuda bfloat16";
    public const string Category = "Cuda";

    private StandIn? _standIn;

    /// <summary>Whether tests are to run on a GPU. A process loads the driver or the stand-in, never both.</summary>
    public static bool OnGpu { get; } = Environment.GetEnvironmentVariable("RECEDE_TEST_GPU") == "1";

    public override IEnumerable<string> Variants => OnGpu ? ["another device object"] : ["descending threads", "shuffled threads, eager"];

    /// <summary>The stand-in of this test; null on a GPU or before a device was opened.</summary>
    public StandIn? StandIn => _standIn;

    public override Device Open() => Open(new StandInSettings { Instrumented = false });

    /// <summary>Opens it with options of the test's own, but with this kind's activations.</summary>
    public CudaDevice Open(CudaOptions options, string variant = "") => Open(Settings(variant), options with { ActivationType = activationType });

    public override Device Open(string variant) => Open(Settings(variant));

    public override void Close()
    {
        var standIn = _standIn;
        _standIn = null;
        standIn?.Dispose();
    }

    public override long Index(Shape shape, TensorLayout layout, int n, int h, int w, int c) => layout == TensorLayout.Dense
        ? (((long)n * shape.H + h) * shape.W + w) * shape.C + c
        : (((long)n * shape.H + h) * shape.W + w) * NhwcLayout.Padded(shape.C) + c;

    private static StandInSettings Settings(string variant) => variant switch
    {
        "descending threads" => new StandInSettings { Order = StandInOrder.Descending, Instrumented = false },
        "shuffled threads, eager" => new StandInSettings { Order = StandInOrder.Shuffled, Lazy = false, Instrumented = false },
        _ => new StandInSettings { Instrumented = false },
    };

    private CudaDevice Open(StandInSettings settings, CudaOptions? options = null)
    {
        options ??= new CudaOptions { ActivationType = activationType };
        if (OnGpu)
        {
            return Device.Cuda(0, options);
        }

        if (_standIn is null)
        {
            _standIn = StandIn.Take(settings);
        }
        else
        {
            _standIn.Configure(settings);
        }

        return _standIn.OpenDevice(options);
    }
}
