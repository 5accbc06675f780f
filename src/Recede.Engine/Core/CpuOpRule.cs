namespace Recede.Engine.Core;

/// <summary>
/// An op that runs on the CPU only, such as a program's own in its first version. On another device a step that calls it
/// fails with an error that names the op; nothing falls back to the CPU by itself.
/// </summary>
/// <typeparam name="TArgs">The op's arguments: a small value that the tape keeps.</typeparam>
public abstract class CpuOpRule<TArgs> : OpRule<TArgs>
    where TArgs : struct
{
    /// <summary>Makes the rule.</summary>
    /// <param name="name">The op's name as errors tell it.</param>
    protected CpuOpRule(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    protected sealed override void ForwardCuda(in CudaOpContext context, in TArgs args) => throw OnlyOnCpu(context);

    /// <inheritdoc/>
    protected sealed override void BackwardCuda(in CudaOpContext context, in TArgs args) => throw OnlyOnCpu(context);

    private static NotSupportedException OnlyOnCpu(in CudaOpContext context) => new(context.Error("has code for the CPU only").Message);
}
