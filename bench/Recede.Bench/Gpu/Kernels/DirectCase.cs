namespace Recede.Bench.Gpu.Kernels;

/// <summary>Something that is queued without a tape: a copy, an update, a gather.</summary>
internal sealed class DirectCase(int instances, long bytes, Action<int> run, IReadOnlyList<IDisposable> owned) : KernelCase
{
    public override int Instances => instances;

    public override long Bytes => bytes;

    public override void Run(int instance) => run(instance);

    public override void Dispose()
    {
        for (var i = owned.Count - 1; i >= 0; i--)
        {
            owned[i].Dispose();
        }
    }
}
