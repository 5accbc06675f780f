namespace Recede.Bench.Gpu.Kernels;

/// <summary>
/// An op to time, in instances that share no large memory, so that one finds nothing of its own in the cache that another
/// has left there.
/// </summary>
internal abstract class KernelCase : IDisposable
{
    /// <summary>The instances that there are.</summary>
    public abstract int Instances { get; }

    /// <summary>Bytes that one instance must move at least, as the kernels' comments count them.</summary>
    public abstract long Bytes { get; }

    /// <summary>Before a round of all instances; what it queues is not timed.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>Queues one instance.</summary>
    public abstract void Run(int instance);

    /// <summary>After a round.</summary>
    public virtual void End()
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
