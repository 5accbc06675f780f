using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The engine's threads: a persistent fork-join pool. The calling thread is worker 0 and takes part; the others
/// spin briefly after a job, since the next one usually follows within microseconds, then yield, then park, so
/// that an idle engine burns no core.
/// </summary>
/// <remarks>
/// Each worker begins with a share of its own of a job's items, and whoever is done first takes from the others, so
/// which thread runs which item changes from run to run. Results are the same for any number of threads if the cut
/// into items depends on shapes alone. Several threads may call
/// <see cref="Run{TJob}(ref TJob, int)"/> at the same time: one gets the pool, the others run their items themselves.
/// </remarks>
public sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>The environment variable that sets the number of threads.</summary>
    public const string ThreadsVariable = "RECEDE_THREADS";

    private const int MaxThreads = 1024;

    // Spinning covers the gap between two ops of a step, yielding that between two steps.
    private const int SpinRounds = 64;
    private const int SpinsPerRound = 16;
    private static readonly long ParkAfterTicks = Stopwatch.Frequency * 3 / 2000;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private Shared _shared;

    // Written by the thread that owns the pool before it opens a run, read by the workers that joined it.
    private void* _job;
    private delegate*<void*, int, int, void> _runItem;
    private readonly ItemRanges _items;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts a pool with the number of threads of <see cref="DefaultThreads"/>.</summary>
    /// <exception cref="ArgumentException">RECEDE_THREADS is set to something else than a number from 1 to 1024.</exception>
    public WorkerPool()
        : this(DefaultThreads())
    {
    }

    /// <summary>Starts a pool.</summary>
    /// <param name="threads">How many threads work, the caller of <c>Run</c> included: 1 to 1024.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not from 1 to 1024.</exception>
    public WorkerPool(int threads)
    {
        if (threads is < 1 or > MaxThreads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(threads), threads, $"WorkerPool: threads must be from 1 to {MaxThreads}, got {threads}.");
        }

        Threads = threads;
        _items = new ItemRanges(threads);
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker))
            {
                IsBackground = true,
                Name = string.Create(CultureInfo.InvariantCulture, $"Recede worker {worker}"),
            };
            _threads[i].Start();
        }
    }

    /// <summary>How many threads work, the caller of <c>Run</c> included.</summary>
    public int Threads { get; }

    /// <summary>
    /// The number of threads that the environment variable RECEDE_THREADS asks for, or, where it is not set, the
    /// number of processors that this process may use.
    /// </summary>
    /// <exception cref="ArgumentException">The variable is set to something else than a number from 1 to 1024.</exception>
    public static int DefaultThreads()
    {
        string? text = Environment.GetEnvironmentVariable(ThreadsVariable);
        if (string.IsNullOrWhiteSpace(text))
        {
            return Math.Min(Environment.ProcessorCount, MaxThreads);
        }

        bool isNumber = int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int threads);
        return isNumber && threads is >= 1 and <= MaxThreads
            ? threads
            : throw new ArgumentException(
                $"The environment variable {ThreadsVariable} must be a number of threads from 1 to {MaxThreads}, got \"{text}\".");
    }

    /// <summary>
    /// Runs the items 0 to <paramref name="items"/> - 1 of a job and returns when all are done. They run on the
    /// calling thread alone when there is one item or one thread, when the pool is busy with another thread's job,
    /// and when the caller is itself an item of a job.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <remarks>
    /// When an item throws, no further items start, and the first exception is rethrown here once every worker has stopped.
    /// </remarks>
    public void Run<TJob>(ref TJob job, int items)
        where TJob : unmanaged, IParallelJob
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _shared.Stopped) != 0, this);
        if (items <= 1 || Threads == 1 || Interlocked.CompareExchange(ref _shared.Busy, 1, 0) != 0)
        {
            for (int item = 0; item < items; item++)
            {
                job.Run(item, 0);
            }

            Simd.Fence();
            return;
        }

        fixed (TJob* pointer = &job)
        {
            _job = pointer;
            _runItem = &RunItem<TJob>;
            _items.Share(items);
            Open();
            RunItems(0);
            Close();
        }

        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        Volatile.Write(ref _shared.Busy, 0);
        failure?.Throw();
    }

    /// <summary>Stops the threads, after the job that is running, if any, has ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _shared.Stopped, 1) != 0)
        {
            return;
        }

        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref _shared.Busy, 1, 0) != 0)
        {
            wait.SpinOnce();
        }

        WakeParked();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _wake.Dispose();
    }

    private static void RunItem<TJob>(void* job, int item, int worker)
        where TJob : unmanaged, IParallelJob => ((TJob*)job)->Run(item, worker);

    // The state is one word, so that joining, closing and counting are atomic together: the run's number in
    // the high half, then a bit that says the run can be joined, then the number of workers in it. A worker that
    // wakes up late finds the run closed and never touches its job, which lives on the caller's stack.
    private void Open()
    {
        long run = (Volatile.Read(ref _shared.State) >> 32) + 1;
        Interlocked.Exchange(ref _shared.State, (run << 32) | Shared.Joinable);
        WakeParked();
    }

    private void Close()
    {
        Interlocked.And(ref _shared.State, ~Shared.Joinable);
        int spins = 0;
        while ((Volatile.Read(ref _shared.State) & Shared.WorkersMask) != 0)
        {
            if (++spins < SpinRounds * SpinsPerRound)
            {
                Thread.SpinWait(4);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private void WakeParked()
    {
        int parked = Interlocked.Exchange(ref _shared.Parked, 0);
        if (parked > 0)
        {
            _wake.Release(parked);
        }
    }

    private void RunItems(int worker)
    {
        while (_items.TryTake(worker, out int item))
        {
            try
            {
                _runItem(_job, item, worker);
            }
#pragma warning disable CA1031 // Whatever an item throws belongs to the caller of Run.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
                _items.Clear();
            }
        }

        Simd.Fence();
    }

    private void Work(int worker)
    {
        long seen = 0;
        while (true)
        {
            long state = WaitForRun(seen);
            if (Volatile.Read(ref _shared.Stopped) != 0 && (state & Shared.Joinable) == 0)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _shared.State, state + 1, state) == state)
            {
                seen = state >> 32;
                RunItems(worker);
                Interlocked.Decrement(ref _shared.State);
            }
        }
    }

    // Returns the state of a joinable run newer than the one seen, or any state once the pool stops.
    private long WaitForRun(long seen)
    {
        long since = 0;
        for (int round = 0; ; round++)
        {
            long state = Volatile.Read(ref _shared.State);
            if ((state >> 32 != seen && (state & Shared.Joinable) != 0) || Volatile.Read(ref _shared.Stopped) != 0)
            {
                return state;
            }

            if (round < SpinRounds)
            {
                Thread.SpinWait(SpinsPerRound);
                continue;
            }

            long now = Stopwatch.GetTimestamp();
            since = since == 0 ? now : since;
            if (now - since < ParkAfterTicks)
            {
                Thread.Yield();
                continue;
            }

            Park(seen);
            round = 0;
            since = 0;
        }
    }

    private void Park(long seen)
    {
        // Counted first and looked at again after: a run opened in between either is seen here or sees the count.
        Interlocked.Increment(ref _shared.Parked);
        long state = Interlocked.Read(ref _shared.State);
        bool mustNotSleep = (state >> 32 != seen && (state & Shared.Joinable) != 0) || Volatile.Read(ref _shared.Stopped) != 0;
        if (mustNotSleep && TryUncount())
        {
            return;
        }

        _wake.Wait();
    }

    // False: a release meant for this worker is under way, and must be taken.
    private bool TryUncount()
    {
        int parked = Volatile.Read(ref _shared.Parked);
        while (parked > 0)
        {
            int before = Interlocked.CompareExchange(ref _shared.Parked, parked - 1, parked);
            if (before == parked)
            {
                return true;
            }

            parked = before;
        }

        return false;
    }

    // What several threads write, each on a cache line (and its prefetched neighbour) of its own.
    [StructLayout(LayoutKind.Explicit, Size = 4 * 128)]
    private struct Shared
    {
        public const long Joinable = 1L << 31;
        public const long WorkersMask = Joinable - 1;

        [FieldOffset(128)]
        public long State;

        [FieldOffset(256)]
        public int Busy;

        [FieldOffset(260)]
        public int Parked;

        [FieldOffset(264)]
        public int Stopped;
    }
}
