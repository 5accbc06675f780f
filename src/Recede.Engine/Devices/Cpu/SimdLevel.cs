namespace Recede.Engine.Devices.Cpu;

/// <summary>The widest vector instructions that the CPU kernels use in this process.</summary>
public enum SimdLevel
{
    /// <summary>No vector instructions: one float at a time.</summary>
    Scalar,

    /// <summary>AVX2 and FMA: 8 floats at a time.</summary>
    Vector256,

    /// <summary>AVX-512F: 16 floats at a time.</summary>
    Vector512,
}
