using System.Runtime.InteropServices;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// Entry points of the stand-in: what tests say to it (control.cpp), and those of the driver and NVRTC that running a single
/// kernel takes.
/// </summary>
internal static unsafe partial class StandInNative
{
    private const string Name = "standin";

    static StandInNative() => NativeLibrary.SetDllImportResolver(
        typeof(StandInNative).Assembly, (name, _, _) => name == Name ? StandInLibrary.Load() : 0);

    [LibraryImport(Name)]
    public static partial int standin_settings_bytes();

    [LibraryImport(Name)]
    public static partial void standin_configure(StandInSettings* settings);

    [LibraryImport(Name)]
    public static partial void standin_reset();

    [LibraryImport(Name)]
    public static partial int standin_finding_count();

    [LibraryImport(Name)]
    public static partial nint standin_finding(int index);

    [LibraryImport(Name)]
    public static partial void standin_clear_findings();

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint standin_call_count(string name);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void standin_fail_call(string name, nint nth, int status);

    [LibraryImport(Name)]
    public static partial void standin_fail_allocation(nint nth, nint times);

    [LibraryImport(Name)]
    public static partial nint standin_failed_call();

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint standin_run_count(string name);

    [LibraryImport(Name)]
    public static partial nint standin_runs();

    [LibraryImport(Name)]
    public static partial nint standin_run(nint index);

    [LibraryImport(Name)]
    public static partial void standin_clear_runs();

    [LibraryImport(Name)]
    public static partial int standin_live(int kind);

    [LibraryImport(Name)]
    public static partial int standin_read(void* host, nint device, nuint bytes);

    [LibraryImport(Name)]
    public static partial int standin_write(nint device, void* host, nuint bytes);

    [LibraryImport(Name)]
    public static partial void standin_forget(nint device, nuint bytes);

    [LibraryImport(Name)]
    public static partial int cuInit(uint flags);

    [LibraryImport(Name)]
    public static partial int cuDevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(Name)]
    public static partial int cuCtxSetCurrent(nint context);

    [LibraryImport(Name)]
    public static partial int cuMemAlloc_v2(out nint address, nuint bytes);

    [LibraryImport(Name)]
    public static partial int cuMemFree_v2(nint address);

    [LibraryImport(Name)]
    public static partial int cuStreamSynchronize(nint stream);

    [LibraryImport(Name)]
    public static partial int cuModuleLoadData(out nint module, byte* image);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int cuModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(Name)]
    public static partial int cuFuncGetParamInfo(nint function, nuint index, out nuint offset, out nuint size);

    [LibraryImport(Name)]
    public static partial int cuFuncSetAttribute(nint function, int attribute, int value);

    [LibraryImport(Name)]
    public static partial int cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** parameters, void** extra);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int nvrtcCreateProgram(
        out nint program, string source, string name, int headers, [In] string[] texts, [In] string[] names);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int nvrtcCompileProgram(nint program, int count, [In] string[] options);

    [LibraryImport(Name)]
    public static partial int nvrtcGetPTXSize(nint program, out nuint size);

    [LibraryImport(Name)]
    public static partial int nvrtcGetPTX(nint program, byte* text);

    [LibraryImport(Name)]
    public static partial int nvrtcGetProgramLogSize(nint program, out nuint size);

    [LibraryImport(Name)]
    public static partial int nvrtcGetProgramLog(nint program, byte* text);

    [LibraryImport(Name)]
    public static partial int nvrtcDestroyProgram(ref nint program);
}
