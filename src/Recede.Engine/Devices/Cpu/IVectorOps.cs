namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Operations on the runtime's own vector type <typeparamref name="TV"/>, for the micro-kernels: with many
/// accumulators the just-in-time compiler allocates registers without copies and spills only for bare vectors, not for
/// structs around them. Every other loop uses <see cref="ISimd{TSelf}"/>.
/// </summary>
internal unsafe interface IVectorOps<TV>
    where TV : unmanaged
{
    static abstract TV Zero { get; }

    static abstract TV Load(float* source);

    static abstract TV Broadcast(float value);

    static abstract void Store(TV value, float* target);

    static abstract TV Add(TV a, TV b);

    static abstract TV Subtract(TV a, TV b);

    static abstract TV Multiply(TV a, TV b);

    /// <summary>The bits that both have: a lane of <paramref name="mask"/> with all bits set keeps, one of zeros gives zero.</summary>
    static abstract TV And(TV value, TV mask);

    /// <summary>a * b + c.</summary>
    static abstract TV Fma(TV a, TV b, TV c);
}
