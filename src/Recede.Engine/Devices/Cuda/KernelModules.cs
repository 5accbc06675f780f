using System.Collections.Concurrent;
using Recede.Cuda;
using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// The kernels of a device: each source is compiled, or taken from what the build precompiled or the cache on disk holds, when the
/// first of its kernels is launched. Looking a kernel up again is one dictionary look-up and allocates nothing.
/// </summary>
internal sealed class KernelModules(
    CudaContext context, KernelCompiler compiler, KernelCache cache, PrecompiledKernels precompiled) : IDisposable
{
    private readonly ConcurrentDictionary<object, KernelFunction> _functions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<KernelSource, Loaded> _modules = [];
    private readonly List<DriverModule> _replaced = [];

    /// <summary>How many sources were compiled, how many came from the cache, and how many the build had compiled.</summary>
    public (int Compiled, int Cached, int Precompiled) Loads { get; private set; }

    /// <summary>The kernel, loaded; the device's turn is the caller's.</summary>
    /// <exception cref="KernelCompilationException">Its source does not compile, has no such kernel, or that kernel's parameter
    /// is not of the size of <typeparamref name="TArgs"/>.</exception>
    public KernelFunction Get<TArgs>(CudaKernel<TArgs> kernel)
        where TArgs : unmanaged =>
        _functions.TryGetValue(kernel, out var function) ? function : Load(kernel);

    /// <summary>Whether the kernel is loaded already.</summary>
    public bool Has<TArgs>(CudaKernel<TArgs> kernel)
        where TArgs : unmanaged => _functions.ContainsKey(kernel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _functions.Clear();
        foreach (var (module, _) in _modules.Values)
        {
            module.Dispose();
        }

        foreach (var module in _replaced)
        {
            module.Dispose();
        }

        _modules.Clear();
        _replaced.Clear();
    }

    private unsafe KernelFunction Load<TArgs>(CudaKernel<TArgs> kernel)
        where TArgs : unmanaged
    {
        var function = Find(kernel.Source, kernel.Name, sizeof(TArgs));
        _functions.TryAdd(kernel, function);
        return function;
    }

    private KernelFunction Find(KernelSource source, string name, int bytes)
    {
        if (!_modules.TryGetValue(source, out var loaded))
        {
            var text = source.Read();
            var key = compiler.KeyOf(source.File, text, context.DriverVersion);
            loaded = (FromBuild(source, text) ?? FromCache(key)) is { } made ? new Loaded(made, IsCached: true) : Compile(source.File, text, key);
            _modules.Add(source, loaded);
        }

        try
        {
            return Function(loaded.Module, source.File, name, bytes);
        }
        catch (KernelCompilationException) when (loaded.IsCached)
        {
            // Only the source can be wrong: what the cache said is not believed against it. Kernels of the old module may be
            // in flight.
            _replaced.Add(loaded.Module);
            var text = source.Read();
            loaded = Compile(source.File, text, compiler.KeyOf(source.File, text, context.DriverVersion));
            _modules[source] = loaded;
            return Function(loaded.Module, source.File, name, bytes);
        }
    }

    private static KernelFunction Function(DriverModule module, string file, string name, int bytes)
    {
        nint handle;
        try
        {
            handle = module.Function(name);
        }
        catch (CudaException e) when (e.Status == (int)Status.CUDA_ERROR_NOT_FOUND)
        {
            throw new KernelCompilationException($"{file} holds no kernel {name}; it must be extern \"C\".", e);
        }

        CheckParameters(file, name, handle, bytes);
        return new KernelFunction(handle);
    }

    private DriverModule? FromBuild(KernelSource source, string text)
    {
        var module = precompiled.Find(source, text, context.Capability) is { } image ? TryLoad(image) : null;
        Loads = Loads with { Precompiled = Loads.Precompiled + (module is null ? 0 : 1) };
        return module;
    }

    private DriverModule? FromCache(byte[] key)
    {
        var module = cache.Read(key) is { } image ? TryLoad(image) : null;
        Loads = Loads with { Cached = Loads.Cached + (module is null ? 0 : 1) };
        return module;
    }

    private static DriverModule? TryLoad(byte[] image)
    {
        try
        {
            return DriverModule.Load(image);
        }
        catch (CudaException e) when (IsBadImage((Status)e.Status))
        {
            return null;
        }
    }

    private Loaded Compile(string file, string text, byte[] key)
    {
        var image = compiler.Compile(file, text);
        var module = DriverModule.Load(image);
        Loads = Loads with { Compiled = Loads.Compiled + 1 };

        // What the driver took is worth keeping.
        cache.Write(key, image);
        return new Loaded(module, IsCached: false);
    }

    private static bool IsBadImage(Status status) =>
        status is Status.CUDA_ERROR_INVALID_IMAGE or Status.CUDA_ERROR_NO_BINARY_FOR_GPU or Status.CUDA_ERROR_INVALID_PTX
            or Status.CUDA_ERROR_UNSUPPORTED_PTX_VERSION or Status.CUDA_ERROR_INVALID_SOURCE or Status.CUDA_ERROR_FILE_NOT_FOUND
            or Status.CUDA_ERROR_SHARED_OBJECT_INIT_FAILED or Status.CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND;

    private static void CheckParameters(string file, string name, nint function, int expected)
    {
        try
        {
            if (!HasParameter(function, 0, out var size) || HasParameter(function, 1, out _) || (int)size != expected)
            {
                var found = size == 0 ? "none" : HasParameter(function, 1, out _) ? "several" : $"one of {size} bytes";
                throw new KernelCompilationException(
                    $"{file}: the kernel {name} takes {found}, its launcher passes one structure of {expected} bytes.");
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Drivers before CUDA 12.4 cannot tell.
        }
    }

    private static bool HasParameter(nint function, nuint index, out nuint size)
    {
        var status = Native.cuFuncGetParamInfo(function, index, out _, out size);
        if (status == Status.CUDA_ERROR_INVALID_VALUE)
        {
            size = 0;
            return false;
        }

        status.Check(nameof(Native.cuFuncGetParamInfo));
        return true;
    }

    private readonly record struct Loaded(DriverModule Module, bool IsCached);
}
