using System.Globalization;
using System.Runtime.InteropServices;
using Recede.Cuda;
using Recede.Cuda.Driver;
using Recede.Cuda.Libraries;
using Cudnn = Recede.Cuda.Cudnn;
using Nvrtc = Recede.Cuda.Nvrtc;

namespace Recede.Engine.Devices.Cuda;

/// <summary>Takes the inventory of a machine.</summary>
internal static unsafe class CudaSurvey
{
    private const int NameRoom = 256;

    /// <summary>The inventory of this machine.</summary>
    public static CudaInventory Take() => Take(LibraryResolver.Find);

    /// <summary>The inventory as a search for libraries gives it.</summary>
    internal static CudaInventory Take(Func<string, FoundLibrary> find)
    {
        var problems = new List<string>();
        var driver = find(LibraryNames.Driver);
        var gpus = Ask(driver, problems, Gpus) ?? [];
        var nvrtc = find(LibraryNames.Nvrtc);
        var cublas = find(LibraryNames.Cublas);
        var cudnn = find(LibraryNames.Cudnn);
        CudaLibraryInfo[] libraries =
        [
            new("driver", Ask(driver, problems, DriverVersion), driver.Path, driver.Origin),
            new("NVRTC", Ask(nvrtc, problems, NvrtcVersion), nvrtc.Path, nvrtc.Origin),
            new("cuBLAS", CublasVersion(cublas), cublas.Path, cublas.Origin),
            new("cuDNN", Ask(cudnn, problems, CudnnVersion), cudnn.Path, cudnn.Origin),
        ];
        problems.AddRange(new[] { driver, nvrtc, cublas, cudnn }.Select(found => found.Problem).OfType<string>());
        if (gpus.Count > 0 && !gpus.Any(gpu => gpu.IsNewEnough))
        {
            problems.Add("no GPU is new enough: a compute capability of 7.5 (Turing, 2018) or more is needed");
        }

        return new CudaInventory(libraries, gpus, problems);
    }

    // What a library answers; what it fails with is a problem, not an exception.
    private static T? Ask<T>(FoundLibrary library, List<string> problems, Func<T> question)
        where T : class
    {
        if (library.Handle == 0)
        {
            return null;
        }

        try
        {
            return question();
        }
        catch (Exception e) when (e is CudaException or EntryPointNotFoundException)
        {
            problems.Add(e.Message);
            return null;
        }
    }

    private static List<CudaGpuInfo> Gpus()
    {
        Native.cuInit(0).Check();
        Native.cuDeviceGetCount(out var count).Check();
        if (count == 0)
        {
            throw StatusChecks.Error(Status.CUDA_ERROR_NO_DEVICE, nameof(Native.cuDeviceGetCount));
        }

        var gpus = new List<CudaGpuInfo>();
        var name = stackalloc byte[NameRoom];
        for (var index = 0; index < count; index++)
        {
            Native.cuDeviceGet(out var device, index).Check();
            Native.cuDeviceGetName(name, NameRoom, device).Check();
            Native.cuDeviceTotalMem_v2(out var bytes, device).Check();
            gpus.Add(new CudaGpuInfo(
                index,
                Marshal.PtrToStringUTF8((nint)name) ?? "",
                (long)bytes,
                Attribute(DeviceAttribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
                Attribute(DeviceAttribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
                Attribute(DeviceAttribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device)));
        }

        return gpus;
    }

    private static int Attribute(DeviceAttribute attribute, int device)
    {
        Native.cuDeviceGetAttribute(out var value, attribute, device).Check();
        return value;
    }

    private static string DriverVersion()
    {
        Native.cuDriverGetVersion(out var version).Check();
        return Text(version / 1000, version % 1000 / 10);
    }

    private static string NvrtcVersion()
    {
        Nvrtc.StatusChecks.Check(Nvrtc.Native.nvrtcVersion(out var major, out var minor));
        return Text(major, minor);
    }

    private static string CudnnVersion()
    {
        var version = (int)Cudnn.Native.cudnnGetVersion();
        return Text(version / 10000, version % 10000 / 100, version % 100);
    }

    // cublasGetVersion needs a handle, and so a context; this one does not. A library without it does not tell.
    private static string? CublasVersion(FoundLibrary cublas)
    {
        if (cublas.Handle == 0 || !NativeLibrary.TryGetExport(cublas.Handle, "cublasGetProperty", out var function))
        {
            return null;
        }

        Span<int> parts = stackalloc int[3];
        for (var part = 0; part < parts.Length; part++)
        {
            int value;
            if (((delegate* unmanaged<int, int*, int>)function)(part, &value) != 0)
            {
                return null;
            }

            parts[part] = value;
        }

        return Text(parts);
    }

    private static string Text(params ReadOnlySpan<int> parts)
    {
        var text = "";
        foreach (var part in parts)
        {
            text += (text.Length == 0 ? "" : ".") + part.ToString(CultureInfo.InvariantCulture);
        }

        return text;
    }
}
