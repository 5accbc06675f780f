using System.Runtime.CompilerServices;
using System.Text;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// Runs kernels of one or more sources on the stand-in, with arrays that a test fills and reads. Every array is a block of device
/// memory of its own, so that an access out of bounds is found; what a test does not fill counts as never written.
/// </summary>
internal sealed unsafe class KernelRun : IDisposable
{
    private const int MaxDynamicSharedSizeBytes = 8;
    private const int NotFound = 500;

    private readonly StandIn _standIn;
    private readonly nint[] _modules;

    private KernelRun(string[] files, in StandInSettings settings)
    {
        _standIn = StandIn.Take(settings);
        try
        {
            Check(StandInNative.cuInit(0));
            Check(StandInNative.cuDevicePrimaryCtxRetain(out var context, 0));
            Check(StandInNative.cuCtxSetCurrent(context));
            _modules = Array.ConvertAll(files, file => Compile(PathOf(file)));
        }
        catch
        {
            _standIn.Dispose();
            throw;
        }
    }

    /// <summary>The stand-in, for what it found and counted.</summary>
    public StandIn StandIn => _standIn;

    /// <summary>
    /// Runs the body three times, instrumented, with the threads in ascending, descending and shuffled order. Any finding
    /// fails the test. For small sizes.
    /// </summary>
    /// <param name="file">Source: a file of kernels/, or a path from the repository's root.</param>
    /// <param name="body">Makes arrays, launches, and compares.</param>
    public static void InEveryOrder(string file, Action<KernelRun> body) => InEveryOrder([file], body);

    /// <summary>The same with the kernels of several sources.</summary>
    public static void InEveryOrder(string[] files, Action<KernelRun> body)
    {
        foreach (var order in Enum.GetValues<StandInOrder>())
        {
            using var run = new KernelRun(files, new StandInSettings { Order = order });
            body(run);
        }
    }

    /// <summary>Instrumented, in one order.</summary>
    public static KernelRun Instrumented(string file, StandInOrder order = StandInOrder.Ascending) =>
        new([file], new StandInSettings { Order = order });

    /// <summary>Instrumented, several sources, threads in ascending order.</summary>
    public static KernelRun Instrumented(string[] files) => new(files, new StandInSettings());

    /// <summary>Not instrumented: several times faster, for real sizes.</summary>
    public static KernelRun Plain(params string[] files) => new(files, new StandInSettings { Instrumented = false });

    /// <summary>Device memory that was never written; 0 elements give a null pointer.</summary>
    public nint Allocate<T>(long count)
        where T : unmanaged
    {
        if (count == 0)
        {
            return 0;
        }

        Check(StandInNative.cuMemAlloc_v2(out var address, (nuint)(count * sizeof(T))));
        return address;
    }

    /// <summary>An array of the values.</summary>
    public nint Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var address = Allocate<T>(values.Length);
        Write(address, values);
        return address;
    }

    /// <summary>An array of the nearest bfloat16 numbers.</summary>
    public nint UploadBFloat16(ReadOnlySpan<float> values)
    {
        var bits = new ushort[values.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = BFloat16.FromSingle(values[i]);
        }

        return Upload<ushort>(bits);
    }

    /// <summary>Writes to device memory.</summary>
    public void Write<T>(nint address, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        fixed (T* source = values)
        {
            Check(StandInNative.standin_write(address, source, (nuint)(values.Length * (long)sizeof(T))));
        }
    }

    /// <summary>Reads device memory, after all that was launched.</summary>
    public T[] Download<T>(nint address, long count)
        where T : unmanaged
    {
        var values = new T[count];
        fixed (T* target = values)
        {
            Check(StandInNative.standin_read(target, address, (nuint)(count * sizeof(T))));
        }

        return values;
    }

    /// <summary>Reads bfloat16 numbers.</summary>
    public float[] DownloadBFloat16(nint address, long count) =>
        Array.ConvertAll(Download<ushort>(address, count), BFloat16.ToSingle);

    /// <summary>Frees an array.</summary>
    public void Free(nint address) => Check(StandInNative.cuMemFree_v2(address));

    /// <summary>Launches a kernel, whose structure must be as large as <typeparamref name="TArgs"/>, and waits for it. A fault
    /// of the kernel (see the findings) does not throw here: the stand-in's findings fail the test.</summary>
    public void Launch<TArgs>(string kernel, in LaunchGrid grid, in TArgs args)
        where TArgs : unmanaged
    {
        var function = Find(kernel);
        Check(StandInNative.cuFuncGetParamInfo(function, 0, out _, out var size));
        Assert.That(sizeof(TArgs), Is.EqualTo((int)size), $"size of {typeof(TArgs).Name} and of the arguments of {kernel}");
        if (grid.SharedBytes > 48 << 10)
        {
            Check(StandInNative.cuFuncSetAttribute(function, MaxDynamicSharedSizeBytes, grid.SharedBytes));
        }

        var copy = args;
        var parameters = stackalloc void*[] { &copy };
        Check(
            StandInNative.cuLaunchKernel(
                function, (uint)grid.GridX, (uint)grid.GridY, (uint)grid.GridZ, (uint)grid.BlockX, (uint)grid.BlockY, 1,
                (uint)grid.SharedBytes, 0, parameters, null),
            kernel);
        _ = StandInNative.cuStreamSynchronize(0);
    }

    /// <inheritdoc/>
    public void Dispose() => _standIn.Dispose();

    private nint Find(string kernel)
    {
        var status = NotFound;
        nint function = 0;
        for (var i = 0; i < _modules.Length && status == NotFound; i++)
        {
            status = StandInNative.cuModuleGetFunction(out function, _modules[i], kernel);
        }

        Check(status, kernel);
        return function;
    }

    private static string PathOf(string file) => Repository.PathOf(file.Contains('/') ? file : "kernels/" + file);

    private static void Check(int status, string what = "", [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != 0)
        {
            throw new InvalidOperationException($"{call} gave {status} {what}");
        }
    }

    private static nint Compile(string path)
    {
        var folders = new[] { Repository.PathOf("kernels"), Path.GetDirectoryName(path)! };
        var headers = folders.Distinct().SelectMany(folder => Directory.GetFiles(folder, "*.cuh")).ToArray();
        Check(StandInNative.nvrtcCreateProgram(
            out var program, File.ReadAllText(path), Path.GetFileName(path), headers.Length,
            [.. headers.Select(File.ReadAllText)], [.. headers.Select(header => Path.GetFileName(header)!)]));
        try
        {
            string[] options = ["--gpu-architecture=compute_80", "--std=c++17"];
            if (StandInNative.nvrtcCompileProgram(program, options.Length, options) != 0)
            {
                Check(StandInNative.nvrtcGetProgramLogSize(program, out var logBytes));
                var log = new byte[logBytes];
                fixed (byte* text = log)
                {
                    Check(StandInNative.nvrtcGetProgramLog(program, text));
                }

                throw new InvalidOperationException($"{path} does not compile:\n{Encoding.UTF8.GetString(log)}");
            }

            Check(StandInNative.nvrtcGetPTXSize(program, out var bytes));
            var image = new byte[bytes];
            fixed (byte* text = image)
            {
                Check(StandInNative.nvrtcGetPTX(program, text));
                Check(StandInNative.cuModuleLoadData(out var module, text));
                return module;
            }
        }
        finally
        {
            _ = StandInNative.nvrtcDestroyProgram(ref program);
        }
    }
}
