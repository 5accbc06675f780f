using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Tests.Devices;

public sealed unsafe class WorkerPoolTests
{
    [Test]
    public void Every_item_runs_once([Values(1, 2, 5)] int threads, [Values(0, 1, 2, 3, 1000)] int items)
    {
        using var pool = new WorkerPool(threads);
        int* counts = stackalloc int[1000];
        for (int round = 0; round < 200; round++)
        {
            new Span<int>(counts, 1000).Clear();
            var job = new CountJob { Counts = counts, Workers = threads };
            pool.Run(ref job, items);
            for (int i = 0; i < 1000; i++)
            {
                Assert.That(counts[i], Is.EqualTo(i < items ? 1 : 0), $"round {round}, item {i}");
            }
        }
    }

    [Test]
    public void Parked_workers_wake_up()
    {
        using var pool = new WorkerPool(3);
        int* seen = stackalloc int[3];
        for (int round = 0; round < 5; round++)
        {
            new Span<int>(seen, 3).Clear();
            Thread.Sleep(20);
            var job = new MeetJob { Arrived = seen };
            pool.Run(ref job, 3);
            Assert.That(seen[0], Is.EqualTo(3), "all three workers must meet");
        }
    }

    [Test]
    public void First_exception_reaches_the_caller_and_the_pool_goes_on([Values(1, 2, 5)] int threads)
    {
        using var pool = new WorkerPool(threads);
        int* counts = stackalloc int[1000];
        for (int round = 0; round < 20; round++)
        {
            var bad = new ThrowJob { At = 17 };
            Assert.That(() => pool.Run(ref bad, 100), Throws.InvalidOperationException.With.Message.EqualTo("item 17"));

            new Span<int>(counts, 1000).Clear();
            var good = new CountJob { Counts = counts, Workers = threads };
            pool.Run(ref good, 100);
            Assert.That(new Span<int>(counts, 100).ToArray(), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void A_job_may_run_a_job()
    {
        using var pool = new WorkerPool(3);
        int* counts = stackalloc int[64];
        Nested.Pool = pool;
        var job = new Nested { Counts = counts };
        pool.Run(ref job, 8);
        Nested.Pool = null;
        Assert.That(new Span<int>(counts, 64).ToArray(), Is.All.EqualTo(1));
    }

    [Test]
    public void Several_threads_may_run_jobs_at_once()
    {
        using var pool = new WorkerPool(3);
        var wrong = new int[4];
        var threads = new Thread[4];
        for (int t = 0; t < threads.Length; t++)
        {
            int id = t;
            threads[t] = new Thread(() =>
            {
                int* counts = stackalloc int[64];
                for (int round = 0; round < 2000; round++)
                {
                    new Span<int>(counts, 64).Clear();
                    var job = new CountJob { Counts = counts, Workers = 3 };
                    pool.Run(ref job, 64);
                    wrong[id] += new Span<int>(counts, 64).IndexOfAnyExcept(1) >= 0 ? 1 : 0;
                }
            });
            threads[t].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.That(wrong, Is.All.EqualTo(0));
    }

    [Test]
    public void A_run_allocates_no_managed_memory()
    {
        using var pool = new WorkerPool(2);
        int* counts = stackalloc int[1000];
        var job = new CountJob { Counts = counts, Workers = 2 };
        pool.Run(ref job, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            pool.Run(ref job, 100);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void A_disposed_pool_refuses()
    {
        var pool = new WorkerPool(2);
        pool.Dispose();
        pool.Dispose();
        Assert.That(
            () =>
            {
                var job = new ThrowJob { At = -1 };
                pool.Run(ref job, 4);
            },
            Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Threads_outside_1_to_1024_are_refused([Values(-1, 0, 1025)] int threads)
        => Assert.That(() => new WorkerPool(threads), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    [NonParallelizable]
    public void The_environment_variable_sets_the_threads()
    {
        string? before = Environment.GetEnvironmentVariable(WorkerPool.ThreadsVariable);
        try
        {
            Environment.SetEnvironmentVariable(WorkerPool.ThreadsVariable, "3");
            Assert.That(WorkerPool.DefaultThreads(), Is.EqualTo(3));
            Environment.SetEnvironmentVariable(WorkerPool.ThreadsVariable, null);
            Assert.That(WorkerPool.DefaultThreads(), Is.EqualTo(Environment.ProcessorCount));
            foreach (string bad in new[] { "0", "-2", "two", "1.5", "99999999999" })
            {
                Environment.SetEnvironmentVariable(WorkerPool.ThreadsVariable, bad);
                Assert.That(
                    () => WorkerPool.DefaultThreads(),
                    Throws.ArgumentException.With.Message.Contains("RECEDE_THREADS").And.Message.Contains($"\"{bad}\""));
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(WorkerPool.ThreadsVariable, before);
        }
    }

    private struct CountJob : IParallelJob
    {
        public int* Counts;
        public int Workers;

        public readonly void Run(int item, int worker)
        {
            if ((uint)worker >= (uint)Workers)
            {
                throw new InvalidOperationException($"worker {worker} of {Workers}");
            }

            Interlocked.Increment(ref Counts[item]);
        }
    }

    private struct MeetJob : IParallelJob
    {
        public int* Arrived;

        public readonly void Run(int item, int worker)
        {
            Interlocked.Increment(ref *Arrived);
            SpinWait.SpinUntil(Ready(Arrived), 5000);
        }

        private static Func<bool> Ready(int* arrived) => () => Volatile.Read(ref *arrived) == 3;
    }

    private struct ThrowJob : IParallelJob
    {
        public int At;

        public readonly void Run(int item, int worker)
        {
            if (item == At)
            {
                throw new InvalidOperationException($"item {item}");
            }
        }
    }

    private struct Nested : IParallelJob
    {
        public static WorkerPool? Pool;
        public int* Counts;

        public readonly void Run(int item, int worker)
        {
            var inner = new CountJob { Counts = Counts + (8 * item), Workers = 3 };
            Pool!.Run(ref inner, 8);
        }
    }
}
