using System.Diagnostics;
using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>Copies or adds values of one floating-point type to another, physical element by element.</summary>
internal static class TypeConversion
{
    private const string File = "convert.cu";
    private const int Vector = 8;

    private static readonly CudaKernel<ConvertArguments> SingleToBrain = new(File, "convert_f32_to_bf16");
    private static readonly CudaKernel<ConvertArguments> BrainToSingle = new(File, "convert_bf16_to_f32");
    private static readonly CudaKernel<ConvertArguments> SingleToSingle = new(File, "convert_f32_to_f32");
    private static readonly CudaKernel<ConvertArguments> BrainToBrain = new(File, "convert_bf16_to_bf16");

    /// <summary>to = (accumulate ? to : 0) + from.</summary>
    /// <param name="context">The op's call.</param>
    /// <param name="from">What is read.</param>
    /// <param name="fromType">Its type: float32 or bfloat16.</param>
    /// <param name="to">What is written.</param>
    /// <param name="toType">Its type: float32 or bfloat16.</param>
    /// <param name="count">Elements, padding included: a multiple of 8.</param>
    /// <param name="accumulate">Whether to add.</param>
    public static void Convert(
        in CudaOpContext context, nint from, ElementType fromType, nint to, ElementType toType, long count, bool accumulate)
    {
        var kernel = (fromType, toType) switch
        {
            (ElementType.Float32, ElementType.BFloat16) => SingleToBrain,
            (ElementType.BFloat16, ElementType.Float32) => BrainToSingle,
            (ElementType.Float32, ElementType.Float32) => SingleToSingle,
            (ElementType.BFloat16, ElementType.BFloat16) => BrainToBrain,
            _ => throw new UnreachableException($"{fromType} to {toType}"),
        };
        context.Launch(kernel, LaunchGrid.Over(count / Vector), new ConvertArguments(from, to, count, accumulate ? 1 : 0));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ConvertArguments(nint From, nint To, long Count, int Accumulate);
}
