using System.Text;

namespace Recede.Cuda.Nvrtc;

/// <summary>A source that is compiled.</summary>
internal sealed class NvrtcProgram : OwnedHandle
{
    private NvrtcProgram(nint value)
        : base(value)
    {
    }

    /// <summary>Makes a program of a source and the files that it includes.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="headers">Texts of the included files.</param>
    /// <param name="includeNames">Their names, as the source includes them.</param>
    public static NvrtcProgram Create(string source, string name, string[] headers, string[] includeNames)
    {
        Native.nvrtcCreateProgram(out var program, source, name, headers.Length, headers, includeNames).Check();
        return new NvrtcProgram(program);
    }

    /// <summary>Compiles the program.</summary>
    /// <param name="options">Options, such as --gpu-architecture=sm_80.</param>
    /// <exception cref="CudaException">It does not compile; <see cref="CudaException.Details"/> are the messages.</exception>
    public void Compile(params string[] options)
    {
        var status = Native.nvrtcCompileProgram(Value, options.Length, options);
        if (status != Status.NVRTC_SUCCESS)
        {
            throw StatusChecks.Error(status, nameof(Native.nvrtcCompileProgram), Log() is { Length: > 0 } log ? log : null);
        }
    }

    /// <summary>The compiler's messages, warnings included.</summary>
    public unsafe string Log()
    {
        Native.nvrtcGetProgramLogSize(Value, out var size).Check();
        var bytes = new byte[size];
        fixed (byte* first = bytes)
        {
            if (first != null)
            {
                Native.nvrtcGetProgramLog(Value, first).Check();
            }
        }

        return Encoding.UTF8.GetString(bytes).TrimEnd('\0', '\n', ' ');
    }

    /// <summary>Machine code; empty when it was compiled for a virtual architecture.</summary>
    public unsafe byte[] Cubin()
    {
        Native.nvrtcGetCUBINSize(Value, out var size).Check();
        var bytes = new byte[size];
        fixed (byte* first = bytes)
        {
            if (first != null)
            {
                Native.nvrtcGetCUBIN(Value, first).Check();
            }
        }

        return bytes;
    }

    /// <summary>PTX, with its closing zero byte.</summary>
    public unsafe byte[] Ptx()
    {
        Native.nvrtcGetPTXSize(Value, out var size).Check();
        var bytes = new byte[size];
        fixed (byte* first = bytes)
        {
            if (first != null)
            {
                Native.nvrtcGetPTX(Value, first).Check();
            }
        }

        return bytes;
    }

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.nvrtcDestroyProgram(ref value).Release();
}
