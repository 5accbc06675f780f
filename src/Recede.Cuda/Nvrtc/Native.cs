using System.Runtime.InteropServices;
using Recede.Cuda.Libraries;

namespace Recede.Cuda.Nvrtc;

/// <summary>
/// NVRTC's functions, by their C names. A status goes to <see cref="StatusChecks.Check"/>; the library is found and loaded
/// at the first call.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = LibraryNames.Nvrtc;

    static Native() => LibraryResolver.Install();

    [LibraryImport(Library)]
    public static partial Status nvrtcVersion(out int major, out int minor);

    [LibraryImport(Library)]
    public static partial Status nvrtcGetNumSupportedArchs(out int count);

    /// <param name="architectures">Room for as many as there are: each 10 * major + minor, ascending.</param>
    [LibraryImport(Library)]
    public static partial Status nvrtcGetSupportedArchs(int* architectures);

    [LibraryImport(Library)]
    public static partial byte* nvrtcGetErrorString(Status status);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial Status nvrtcCreateProgram(
        out nint program,
        string source,
        string name,
        int headerCount,
        [In] string[]? headers,
        [In] string[]? includeNames);

    /// <param name="program">The program; becomes 0.</param>
    [LibraryImport(Library)]
    public static partial Status nvrtcDestroyProgram(ref nint program);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial Status nvrtcCompileProgram(nint program, int optionCount, [In] string[]? options);

    /// <summary>Bytes of the PTX, its closing zero included.</summary>
    [LibraryImport(Library)]
    public static partial Status nvrtcGetPTXSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    public static partial Status nvrtcGetPTX(nint program, byte* ptx);

    /// <summary>Bytes of the machine code; 0 when a virtual architecture (compute_XX) was compiled for.</summary>
    [LibraryImport(Library)]
    public static partial Status nvrtcGetCUBINSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    public static partial Status nvrtcGetCUBIN(nint program, byte* cubin);

    /// <summary>Bytes of the compiler's messages, the closing zero included.</summary>
    [LibraryImport(Library)]
    public static partial Status nvrtcGetProgramLogSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    public static partial Status nvrtcGetProgramLog(nint program, byte* log);
}
