using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu;

/// <summary>How a GPU computes in a row of a benchmark.</summary>
internal enum Precision
{
    /// <summary>Single precision throughout: TF32 forbidden.</summary>
    Float32,

    /// <summary>Single precision in memory; convolutions and products may round their operands to TF32.</summary>
    Tf32,

    /// <summary>Activations in bfloat16; parameters, statistics and sums in single precision.</summary>
    BFloat16,
}

/// <summary>What a precision means to the engine, and its name in files: "float32", "tf32", "bfloat16".</summary>
internal static class Precisions
{
    public static string Name(this Precision precision) => precision.ToString().ToLowerInvariant();

    public static ElementType Activations(this Precision precision) =>
        precision == Precision.BFloat16 ? ElementType.BFloat16 : ElementType.Float32;

    public static CudaOptions Options(this Precision precision, PlanSelection plans = PlanSelection.Heuristic, bool deterministic = true) => new()
    {
        AllowTf32 = precision != Precision.Float32,
        ActivationType = precision.Activations(),
        PlanSelection = plans,
        DeterministicOnly = deterministic,
    };
}
