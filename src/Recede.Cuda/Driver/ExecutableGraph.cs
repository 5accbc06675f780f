namespace Recede.Cuda.Driver;

/// <summary>A captured graph, ready to be launched again and again.</summary>
internal sealed class ExecutableGraph : OwnedHandle
{
    private ExecutableGraph(nint value)
        : base(value)
    {
    }

    /// <summary>Makes a captured graph executable. The graph stays the caller's, and may be destroyed at once.</summary>
    public static ExecutableGraph Instantiate(nint graph)
    {
        Native.cuGraphInstantiateWithFlags(out var executable, graph, 0).Check();
        return new ExecutableGraph(executable);
    }

    /// <summary>Queues the whole graph.</summary>
    public void Launch(nint stream) => Native.cuGraphLaunch(Value, stream).Check();

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cuGraphExecDestroy(value).Release();
}
