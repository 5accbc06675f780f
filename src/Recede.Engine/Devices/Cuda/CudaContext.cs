using System.Diagnostics;
using System.Text;
using Recede.Cuda;
using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// One GPU as the driver sees it: its primary context, shared with every other library of the process, a stream of our own,
/// and what is known of the GPU. Also the source of its memory.
/// </summary>
internal sealed unsafe class CudaContext : IMemorySource, IDisposable
{
    private const int Kilo = 1000;
    private const int LeastCapability = 75;

    private readonly int _device;
    private readonly PrimaryContext _context;
    private readonly DriverStream _stream;

    /// <summary>Opens a GPU.</summary>
    /// <exception cref="DeviceUnavailableException">There is no such GPU.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public CudaContext(int ordinal)
    {
        Native.cuInit(0).Check();
        Native.cuDeviceGetCount(out var count).Check();
        if ((uint)ordinal >= (uint)count)
        {
            throw new DeviceUnavailableException(
                count == 0
                    ? "The CUDA driver is there but sees no GPU; CUDA_VISIBLE_DEVICES may hide it."
                    : $"There is no GPU {ordinal}: the CUDA driver sees {count}, counted from 0.");
        }

        Native.cuDeviceGet(out _device, ordinal).Check();
        Native.cuDriverGetVersion(out var version).Check();
        DriverVersion = version;
        GpuName = NameOf(_device);
        Capability = 10 * Attribute(DeviceAttribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + Attribute(DeviceAttribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        if (Capability < LeastCapability)
        {
            throw new DeviceUnavailableException(
                $"GPU {ordinal} ({GpuName}) has compute capability {Dotted(Capability)}; {Dotted(LeastCapability)} (Turing, 2018) or more is needed.");
        }

        MostSharedBytes = Attribute(DeviceAttribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
        Native.cuDeviceTotalMem_v2(out var bytes, _device).Check();
        MemoryBytes = (long)bytes;
        _context = PrimaryContext.Retain(_device);
        try
        {
            _stream = DriverStream.Create();
        }
        catch
        {
            _context.Dispose();
            throw;
        }
    }

    /// <summary>The stream that everything of the device is queued on.</summary>
    public nint Stream => _stream.Value;

    /// <summary>The GPU's name.</summary>
    public string GpuName { get; }

    /// <summary>Compute capability, as 10 * major + minor.</summary>
    public int Capability { get; }

    /// <summary>The newest CUDA that the driver serves, as 1000 * major + 10 * minor.</summary>
    public int DriverVersion { get; }

    /// <summary>Memory of the GPU.</summary>
    public long MemoryBytes { get; }

    /// <summary>The most shared memory that a block may ask for.</summary>
    public int MostSharedBytes { get; }

    /// <summary>One line for people.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{GpuName}, compute capability {Dotted(Capability)}, {MemoryLedger.Amount(MemoryBytes)}, driver for CUDA {DriverVersion / Kilo}.{DriverVersion % Kilo / 10}");

    /// <summary>Makes the context this thread's, unless it is. Other libraries may change it at any time, so it is asked for.</summary>
    public void MakeCurrent()
    {
        Native.cuCtxGetCurrent(out var current).Check();
        if (current != _context.Value)
        {
            _context.MakeCurrent();
        }
    }

    /// <summary>The same where nothing may throw: before giving back. A context that is broken has lost all there is to give.</summary>
    public void TryMakeCurrent()
    {
        try
        {
            MakeCurrent();
        }
        catch (CudaException e)
        {
            Debug.WriteLine(e.Message);
        }
    }

    /// <summary>Waits until all that was queued is done.</summary>
    public void Synchronize() => _stream.Synchronize();

    /// <summary>Gets pinned host memory.</summary>
    /// <exception cref="DeviceOutOfMemoryException">The system has not that much memory to pin.</exception>
    public static PinnedMemory Pin(long bytes)
    {
        try
        {
            return PinnedMemory.Allocate(bytes);
        }
        catch (CudaException e) when (e.Status == (int)Status.CUDA_ERROR_OUT_OF_MEMORY)
        {
            throw new DeviceOutOfMemoryException(
                $"cuda: the system has no {MemoryLedger.Amount(bytes)} of host memory to pin for copies.", e);
        }
    }

    /// <inheritdoc/>
    public bool TryAllocate(long bytes, out nint address)
    {
        var status = Native.cuMemAlloc_v2(out address, (nuint)bytes);
        if (status == Status.CUDA_ERROR_OUT_OF_MEMORY)
        {
            return false;
        }

        status.Check(nameof(Native.cuMemAlloc_v2));
        return true;
    }

    /// <inheritdoc/>
    public void Free(nint address)
    {
        // What is queued may still use it. A failure of that work is told by whoever waits for it next.
        Native.cuStreamSynchronize(Stream).Release();
        Native.cuMemFree_v2(address).Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _context.Dispose();
    }

    private static string Dotted(int capability) => FormattableString.Invariant($"{capability / 10}.{capability % 10}");

    private static string NameOf(int device)
    {
        const int Most = 256;
        Span<byte> name = stackalloc byte[Most];
        fixed (byte* p = name)
        {
            Native.cuDeviceGetName(p, Most, device).Check();
        }

        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(name[..(end < 0 ? Most : end)]);
    }

    private int Attribute(DeviceAttribute attribute)
    {
        Native.cuDeviceGetAttribute(out var value, attribute, _device).Check();
        return value;
    }
}
