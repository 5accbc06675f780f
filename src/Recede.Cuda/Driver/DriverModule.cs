namespace Recede.Cuda.Driver;

/// <summary>Compiled kernels that are loaded into a context.</summary>
internal sealed class DriverModule : OwnedHandle
{
    private DriverModule(nint value)
        : base(value)
    {
    }

    /// <summary>Loads kernels into the current context.</summary>
    /// <param name="image">A cubin, or PTX that ends with a zero byte.</param>
    public static unsafe DriverModule Load(ReadOnlySpan<byte> image)
    {
        fixed (byte* first = image)
        {
            Native.cuModuleLoadData(out var module, first).Check();
            return new DriverModule(module);
        }
    }

    /// <summary>A kernel of the module, valid as long as it.</summary>
    public nint Function(string name)
    {
        var status = Native.cuModuleGetFunction(out var function, Value, name);
        return status == Status.CUDA_SUCCESS
            ? function
            : throw StatusChecks.Error(status, nameof(Native.cuModuleGetFunction), $"kernel {name}");
    }

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cuModuleUnload(value).Release();
}
