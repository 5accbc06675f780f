namespace Recede.Cuda;

/// <summary>
/// A handle that has one owner. Disposing releases it once and never throws; there is no finalizer, because a context or
/// stream may be gone before the collector comes. Not to be disposed while another thread uses it.
/// </summary>
internal abstract class OwnedHandle(nint value) : IDisposable
{
    private nint _value = value;

    /// <summary>The handle.</summary>
    /// <exception cref="ObjectDisposedException">It was released.</exception>
    public nint Value => _value != 0 ? _value : throw new ObjectDisposedException(GetType().Name);

    /// <summary>Whether it was released.</summary>
    public bool IsDisposed => _value == 0;

    /// <summary>Releases the handle; a second time does nothing.</summary>
    public void Dispose()
    {
        var value = Interlocked.Exchange(ref _value, 0);
        if (value != 0)
        {
            Release(value);
        }
    }

    /// <summary>Releases the handle. A status that is no success is reported to the debugger at most.</summary>
    protected abstract void Release(nint value);
}
