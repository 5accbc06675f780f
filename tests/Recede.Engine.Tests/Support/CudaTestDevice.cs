using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Support;

/// <summary>CUDA.</summary>
internal sealed class CudaTestDevice : TestDevice
{
    public const string Name = "cuda";
    public const string Category = "Cuda";

    public override IEnumerable<string> Variants => [];

    public override Device Open()
    {
        Assert.Ignore("Not there yet.");
        throw new NotSupportedException();
    }

    public override Device Open(string variant) => throw new NotSupportedException();

    public override long Index(Shape shape, TensorLayout layout, int n, int h, int w, int c) => NhwcLayout.Lanes;
}
