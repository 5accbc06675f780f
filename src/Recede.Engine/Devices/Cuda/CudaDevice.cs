using System.Runtime.CompilerServices;
using Recede.Cuda;
using Recede.Cuda.Driver;
using Recede.Cuda.Libraries;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// A CUDA GPU. Everything is queued on one stream, in order, and nothing waits for the GPU but <see cref="Device.Download"/>,
/// <see cref="Device.DownloadBytes"/>, <see cref="Device.IsFinite"/> and <see cref="Synchronize"/>. Threads may share a device;
/// they take turns in queueing. Kernels are compiled for the GPU when they are first launched and kept on disk.
/// </summary>
public sealed unsafe partial class CudaDevice : Device
{
    // Ampere: 10 * major + minor.
    private const int LeastBFloat16 = 80;

    private readonly Lock _turn = new();
    private readonly CudaContext _context;
    private readonly MemoryPool _pool;
    private readonly StagingRing _staging;
    private readonly DeviceWords _words;
    private readonly KernelModules _kernels;
    private bool _disposed;

    internal CudaDevice(int ordinal, CudaOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        if (options.ActivationType is not (ElementType.Float32 or ElementType.BFloat16))
        {
            throw new ArgumentException($"Activations are Float32 or BFloat16, not {options.ActivationType}.", nameof(options));
        }

        Ordinal = ordinal;
        Options = options;
        _context = Open(ordinal);
        try
        {
            CheckActivationType();
            _pool = new MemoryPool(_context);
            _staging = new StagingRing(_context);
            _words = new DeviceWords(_context, _pool);
            _kernels = new KernelModules(
                _context,
                new KernelCompiler(_context.Capability),
                new KernelCache(KernelCache.ChooseFolder(options.CacheFolder)),
                options.Precompiled);
        }
        catch (Exception e)
        {
            Release();
            if (e is EntryPointNotFoundException or CudaException)
            {
                throw Unavailable(e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override string Name => "cuda";

    /// <inheritdoc/>
    public override string Description => $"CUDA GPU {Ordinal}: {_context}";

    /// <inheritdoc/>
    public override int Lanes => NhwcLayout.Lanes;

    /// <inheritdoc/>
    public override ElementType ActivationType => Options.ActivationType;

    /// <inheritdoc/>
    public override string Precision =>
        Options.ActivationType == ElementType.BFloat16 ? "bfloat16" : Options.AllowTf32 ? "tf32" : base.Precision;

    /// <summary>Which GPU, as CUDA counts them.</summary>
    public int Ordinal { get; }

    /// <summary>How it computes.</summary>
    public CudaOptions Options { get; }

    /// <summary>Compute capability, as 10 * major + minor: 90 is 9.0.</summary>
    public int ComputeCapability => _context.Capability;

    /// <summary>Device address of a 64-bit word in which a kernel reports bad values in its input: all ones means none, and
    /// a kernel lowers it with atomicMin. <see cref="CudaFault"/> tells the encoding.</summary>
    public nint FaultWord => _words.Fault;

    /// <summary>How many kernel sources were compiled, came from the cache on disk, and were compiled by the build.</summary>
    internal (int Compiled, int Cached, int Precompiled) KernelLoads => _kernels.Loads;

    /// <summary>The stream that everything is queued on, for libraries.</summary>
    internal nint Stream => _context.Stream;

    /// <summary>Queues a kernel on the device's stream. A warm launch allocates no managed memory.</summary>
    /// <exception cref="KernelCompilationException">On the first launch: the source does not compile, has no such kernel, or the
    /// kernel takes something else than one <typeparamref name="TArgs"/>.</exception>
    /// <exception cref="ArgumentException">The GPU cannot run such a grid.</exception>
    public void Launch<TArgs>(CudaKernel<TArgs> kernel, in LaunchGrid grid, in TArgs args)
        where TArgs : unmanaged
    {
        ArgumentNullException.ThrowIfNull(kernel);
        using var turn = Enter();
        if (_capturing && !_kernels.Has(kernel))
        {
            throw new InvalidOperationException($"{kernel.Name} was not launched before the capture, and cannot be loaded during it.");
        }

        var function = _kernels.Get(kernel);
        if (grid.SharedBytes > function.SharedLimit)
        {
            RaiseSharedLimit(function, kernel.Name, grid.SharedBytes);
        }

        fixed (TArgs* p = &args)
        {
            void* parameter = p;
            var status = Native.cuLaunchKernel(
                function.Handle,
                (uint)grid.GridX,
                (uint)grid.GridY,
                (uint)grid.GridZ,
                (uint)grid.BlockX,
                (uint)grid.BlockY,
                1,
                (uint)grid.SharedBytes,
                Stream,
                &parameter,
                null);
            if (status != Status.CUDA_SUCCESS)
            {
                throw LaunchFailed(status, kernel.Name, grid);
            }
        }
    }

    /// <summary>Waits until all that was queued is done.</summary>
    /// <exception cref="ArgumentException">A kernel met bad values, such as a label that is no class.</exception>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public override void Synchronize()
    {
        using var turn = Enter();
        Wait();
    }

    /// <summary>
    /// Takes the device's turn, and makes its context this thread's. For those who call the driver or a library with
    /// <see cref="Stream"/> themselves: libraries' handles serve one thread at a time. The same thread may enter again.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lock.Scope Enter()
    {
        var scope = _turn.EnterScope();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _context.MakeCurrent();
        }
        catch
        {
            scope.Dispose();
            throw;
        }

        return scope;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_turn)
        {
            if (!_disposed)
            {
                EndCapture(keep: false);
                _disposed = true;
                Release();
            }
        }
    }

    // The kernels would run, rounding with integers, but cuDNN and cuBLAS have nothing to multiply with.
    private void CheckActivationType()
    {
        if (Options.ActivationType == ElementType.BFloat16 && _context.Capability < LeastBFloat16)
        {
            throw new DeviceUnavailableException(
                $"bfloat16 activations need a GPU of compute capability {LeastBFloat16 / 10}.{LeastBFloat16 % 10} or more; "
                + $"this is {_context}. Use Float32.");
        }
    }

    private static CudaContext Open(int ordinal)
    {
        // All of them now: who lacks two is told of two, and nobody finds out in the middle of a run.
        string[] names = [LibraryNames.Driver, LibraryNames.Nvrtc, LibraryNames.Cublas, LibraryNames.Cudnn];
        var problems = names.Select(LibraryResolver.Find).Where(library => library.Handle == 0).Select(library => library.Problem).ToArray();
        if (problems.Length > 0)
        {
            throw new DeviceUnavailableException($"CUDA cannot run here: {string.Join("; ", problems)}.");
        }

        try
        {
            return new CudaContext(ordinal);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or CudaException)
        {
            throw Unavailable(e);
        }
    }

    private static DeviceUnavailableException Unavailable(Exception cause) =>
        new($"CUDA cannot run here: {cause.Message}", cause);

    // What was made last goes first; what was never made is null. A context that is gone or broken makes every call below fail,
    // which changes nothing.
    private void Release()
    {
        _context.TryMakeCurrent();
        ReleaseGraphs();
        ReleaseLibraries();
        _kernels?.Dispose();
        _words?.Dispose();
        _staging?.Dispose();
        _pool?.Clear();
        _context.Dispose();
    }

    private void RaiseSharedLimit(KernelFunction function, string name, int bytes)
    {
        if (bytes > _context.MostSharedBytes)
        {
            throw new ArgumentException($"{name} asks for {bytes} bytes of shared memory a block; this GPU has {_context.MostSharedBytes}.");
        }

        Native.cuFuncSetAttribute(function.Handle, FunctionAttribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes).Check();
        function.SharedLimit = bytes;
    }

    private static Exception LaunchFailed(Status status, string name, LaunchGrid grid) => status switch
    {
        Status.CUDA_ERROR_INVALID_VALUE => new ArgumentException($"{name} cannot be launched with {grid}."),
        _ => StatusChecks.Error(status, nameof(Native.cuLaunchKernel), $"{name}, {grid}"),
    };
}
