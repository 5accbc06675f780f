namespace Recede.Engine.Devices.Cuda;

/// <summary>A CUDA GPU.</summary>
public sealed class CudaDevice : Device
{
    /// <inheritdoc/>
    public override string Name => "cuda";

    /// <inheritdoc/>
    public override string Description => throw new NotImplementedException();

    /// <inheritdoc/>
    public override int Lanes => NhwcLayout.Lanes;

    /// <summary>Device address of a 64-bit word in which a kernel reports bad values in its input: all ones means none, and
    /// a kernel lowers it with atomicMin. <see cref="CudaFault"/> tells the encoding.</summary>
    public nint FaultWord => throw new NotImplementedException();

    /// <summary>Queues a kernel on the device's stream.</summary>
    public void Launch<TArgs>(CudaKernel<TArgs> kernel, in LaunchGrid grid, in TArgs args)
        where TArgs : unmanaged => throw new NotImplementedException();

    /// <inheritdoc/>
    public override long PhysicalCount(Shape shape, TensorLayout layout) => NhwcLayout.Count(shape, layout);

    /// <inheritdoc/>
    public override void Upload(ReadOnlySpan<float> values, Shape shape, TensorLayout layout, nint address) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public override void UploadBytes(ReadOnlySpan<byte> values, nint address) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void Download(nint address, Shape shape, TensorLayout layout, Span<float> values) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public override void DownloadBytes(nint address, Span<byte> values) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void Copy(nint source, nint destination, long bytes) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void Clear(nint address, long bytes) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override bool IsFinite(nint address, long count) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void GatherChannels(
        nint source, Shape shape, TensorLayout layout, ReadOnlySpan<int> keptOut, ReadOnlySpan<int> keptIn, nint destination) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    protected override nint AllocateZeroed(long bytes) => throw new NotImplementedException();

    /// <inheritdoc/>
    protected override void FreeMemory(nint address) => throw new NotImplementedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => throw new NotImplementedException();
}
