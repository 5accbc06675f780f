namespace Recede.Engine.Data;

/// <summary>
/// The thread behind a <see cref="BatchLoader"/>. Batch k of an epoch is gathered into slot k modulo
/// the ring's depth as soon as the consumer has given back the batch that was there before.
/// </summary>
/// <remarks>
/// Every field below the lock is read and written under it; slots are filled outside it, by the
/// thread alone, and read by the consumer only once <c>_gathered</c> counts them. A run is one
/// enumeration of one epoch. A new run, or the end of one, only changes the run's number: the thread
/// finishes the batch in hand, sees the change and throws that batch away.
/// </remarks>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly IImageSource _source;
    private readonly int _batchSize;
    private readonly int _batches;
    private readonly ulong _seed;
    private readonly bool _shuffle;
    private readonly BatchSlot[] _slots;
    private readonly int[] _order;
    private readonly Thread _thread;

    private readonly object _lock = new();
    private long _run;
    private int _epoch = -1; // -1: no run is wanted
    private int _gathered;
    private int _givenBack;
    private bool _holding;
    private Exception? _error;
    private bool _stopped;

    public BatchPrefetcher(IImageSource source, int batchSize, int batches, ulong seed, bool shuffle, int depth)
    {
        _source = source;
        _batchSize = batchSize;
        _batches = batches;
        _seed = seed;
        _shuffle = shuffle;
        _slots = new BatchSlot[Math.Min(depth, batches)];
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new BatchSlot(batchSize, source.Height * source.Width * source.Channels);
        }

        _order = new int[source.Count];
        _thread = new Thread(Work) { IsBackground = true, Name = "Recede batches" };
        _thread.Start();
    }

    /// <summary>Begins a run over an epoch from a batch on, ending the one before; returns its number.</summary>
    public long Begin(int epoch, int first)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopped, typeof(BatchLoader));
            TakeBack();
            _run++;
            _epoch = epoch;
            _gathered = first;
            _givenBack = first;
            _error = null;
            Monitor.PulseAll(_lock);
            return _run;
        }
    }

    /// <summary>Takes back the batch that the run holds and waits for its next; null at the epoch's end.</summary>
    public BatchSlot? Next(long run)
    {
        lock (_lock)
        {
            RequireCurrent(run);
            TakeBack();
            if (_givenBack == _batches)
            {
                return null;
            }

            while (_gathered == _givenBack && _error is null)
            {
                Monitor.Wait(_lock);
                RequireCurrent(run);
            }

            // Batches gathered before the failure are still good, and come first.
            if (_gathered == _givenBack)
            {
                throw new InvalidOperationException(
                    $"Batch loader of '{_source.Name}': batch {_gathered} of epoch {_epoch} could not be gathered: "
                    + _error!.Message,
                    _error);
            }

            _holding = true;
            return _slots[_givenBack % _slots.Length];
        }
    }

    /// <summary>Ends a run, if it is still the current one.</summary>
    public void End(long run)
    {
        lock (_lock)
        {
            if (run == _run && !_stopped)
            {
                TakeBack();
                _run++;
                _epoch = -1;
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            TakeBack();
            _stopped = true;
            Monitor.PulseAll(_lock);
        }

        // A source that disposes the loader it serves would otherwise wait for itself.
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void RequireCurrent(long run)
    {
        ObjectDisposedException.ThrowIf(_stopped, typeof(BatchLoader));
        if (run != _run)
        {
            throw new InvalidOperationException(
                $"Batch loader of '{_source.Name}': this enumeration was ended, or another epoch was begun during it; "
                + "expected one at a time.");
        }
    }

    private void TakeBack()
    {
        if (_holding)
        {
            _holding = false;
            _slots[_givenBack % _slots.Length].Generation++;
            _givenBack++;
            Monitor.PulseAll(_lock);
        }
    }

    private void Work()
    {
        long orderedRun = -1;
        while (WaitForWork(out long run, out int epoch, out int index))
        {
            Exception? error = null;
            try
            {
                if (run != orderedRun)
                {
                    Arrange(epoch);
                    orderedRun = run;
                }

                Gather(epoch, index);
            }
            catch (Exception e) // whatever a source throws belongs to the consumer, not to this thread
            {
                error = e;
            }

            lock (_lock)
            {
                if (run == _run)
                {
                    _error = error;
                    _gathered += error is null ? 1 : 0;
                    Monitor.PulseAll(_lock);
                }
            }
        }
    }

    /// <summary>Waits until a batch is wanted and its slot is free; false when the thread is to end.</summary>
    private bool WaitForWork(out long run, out int epoch, out int index)
    {
        lock (_lock)
        {
            while (!_stopped
                && (_epoch < 0
                    || _error is not null
                    || _gathered == _batches
                    || _gathered == _givenBack + _slots.Length))
            {
                Monitor.Wait(_lock);
            }

            run = _run;
            epoch = _epoch;
            index = _gathered;
            return !_stopped;
        }
    }

    private void Arrange(int epoch)
    {
        if (_shuffle)
        {
            SeededOrder.Fill(_order, _seed, SeededOrder.EpochStream + (ulong)epoch);
        }
        else
        {
            SeededOrder.Identity(_order);
        }
    }

    private void Gather(int epoch, int index)
    {
        BatchSlot slot = _slots[index % _slots.Length];
        int first = index * _batchSize;
        int count = Math.Min(_batchSize, _order.Length - first);
        slot.Epoch = epoch;
        slot.Index = index;
        slot.Count = count;
        _order.AsSpan(first, count).CopyTo(slot.Indices);
        var indices = slot.Indices.AsSpan(0, count);
        var images = slot.Images.AsSpan(0, count * slot.ImageBytes);
        if (_shuffle && _source is IEpochSource varied)
        {
            varied.Read(epoch, indices, images, slot.Labels.AsSpan(0, count));
        }
        else
        {
            _source.Read(indices, images, slot.Labels.AsSpan(0, count));
        }
    }
}
