namespace Recede.Cuda.Cudnn;

/// <summary>A descriptor of cuDNN's graph interface: made, given its attributes, finalized, then only read.</summary>
internal sealed class BackendDescriptor : OwnedHandle
{
    private BackendDescriptor(nint value, DescriptorType type)
        : base(value) => Type = type;

    /// <summary>What it describes.</summary>
    public DescriptorType Type { get; }

    /// <summary>Makes an empty descriptor.</summary>
    public static BackendDescriptor Create(DescriptorType type)
    {
        Native.cudnnBackendCreateDescriptor(type, out var descriptor).Check();
        return new BackendDescriptor(descriptor, type);
    }

    /// <summary>Sets an attribute that is a list of values.</summary>
    public unsafe void Set<T>(AttributeName name, AttributeType type, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        fixed (T* first = values)
        {
            CheckFor(name, Native.cudnnBackendSetAttribute(Value, name, type, values.Length, first), nameof(Native.cudnnBackendSetAttribute));
        }
    }

    /// <summary>Sets an attribute that is one value.</summary>
    public void Set<T>(AttributeName name, AttributeType type, T value)
        where T : unmanaged => Set<T>(name, type, new ReadOnlySpan<T>(in value));

    /// <summary>Sets an attribute that is another descriptor, which must be finalized and outlive the use of this one.</summary>
    public void Set(AttributeName name, BackendDescriptor value) => Set(name, AttributeType.CUDNN_TYPE_BACKEND_DESCRIPTOR, value.Value);

    /// <summary>Reads an attribute.</summary>
    /// <returns>How many values there are, which may be more or fewer than there is room for.</returns>
    public unsafe long Get<T>(AttributeName name, AttributeType type, Span<T> values)
        where T : unmanaged
    {
        fixed (T* first = values)
        {
            CheckFor(
                name,
                Native.cudnnBackendGetAttribute(Value, name, type, values.Length, out var count, first),
                nameof(Native.cudnnBackendGetAttribute));
            return count;
        }
    }

    /// <summary>Ends the setting of attributes; cuDNN checks here whether they fit each other and are supported.</summary>
    public void FinalizeAttributes() => TryFinalize().Check(nameof(Native.cudnnBackendFinalize));

    /// <summary>The same, for those who can go on without it: an engine that does not support an operation answers so here.</summary>
    public Status TryFinalize() => Native.cudnnBackendFinalize(Value);

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cudnnBackendDestroyDescriptor(value).Release();

    private void CheckFor(AttributeName name, Status status, string call)
    {
        if (status != Status.CUDNN_STATUS_SUCCESS)
        {
            var said = StatusChecks.LastMessage();
            throw StatusChecks.Error(status, call, said is null ? $"{Type}, {name}" : $"{Type}, {name}: {said}");
        }
    }
}
