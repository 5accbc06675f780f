using System.Diagnostics;
using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

public sealed class BatchPrefetchTests
{
    [Test]
    public void A_failure_of_the_source_reaches_the_consumer_after_the_good_batches()
    {
        var failure = new IOException("the disk is gone");
        var source = new FakeSource { BeforeRead = read => _ = read == 2 ? throw failure : 0 };
        using var loader = new BatchLoader(source, 10);
        int good = 0;
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (Batch batch in loader.Epoch(4))
            {
                Assert.That(batch.Index, Is.EqualTo(good));
                good++;
            }
        })!;
        Assert.That(good, Is.EqualTo(2));
        Assert.That(error.InnerException, Is.SameAs(failure));
        Assert.That(
            error.Message,
            Does.Contain("'fake'").And.Contain("batch 2 of epoch 4").And.Contain("the disk is gone"));

        source.BeforeRead = null; // the next epoch begins anew
        Assert.That(CountImages(loader, 5), Is.EqualTo(100));
    }

    [Test]
    public void Leaving_an_epoch_early_leaves_the_next_whole([Values(0, 1, 3)] int batches)
    {
        using var loader = new BatchLoader(new FakeSource(), 8, seed: 3);
        for (int epoch = 0; epoch < 20; epoch++)
        {
            int taken = 0;
            foreach (Batch batch in loader.Epoch(epoch))
            {
                Assert.That(batch.Images[0], Is.EqualTo((byte)batch.Indices[0]));
                if (taken++ == batches)
                {
                    break;
                }
            }
        }

        var seen = new List<int>();
        foreach (Batch batch in loader.Epoch(20))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                Assert.That((batch.Epoch, batch.Images[i]), Is.EqualTo((20, (byte)batch.Indices[i])));
                seen.Add(batch.Indices[i]);
            }
        }

        Assert.That(seen.Order(), Is.EqualTo(Enumerable.Range(0, 100)));
    }

    [Test]
    public void A_batch_is_stale_once_the_next_is_asked_for_or_the_epoch_ends()
    {
        using var loader = new BatchLoader(new FakeSource(), 30, depth: 2);
        var kept = new List<Batch>();
        foreach (Batch batch in loader.Epoch(0))
        {
            kept.Add(batch);
        }

        Assert.That(kept, Has.Count.EqualTo(4));
        foreach (Batch batch in kept)
        {
            Assert.That(() => batch.Count, Throws.InvalidOperationException);
            Assert.That(() => batch.Images.Length, Throws.InvalidOperationException);
        }

        Assert.That(() => default(Batch).Count, Throws.InvalidOperationException);
    }

    [Test]
    public void Beginning_an_epoch_ends_the_one_before()
    {
        using var loader = new BatchLoader(new FakeSource(), 10);
        using BatchEnumerator first = loader.Epoch(0).GetEnumerator();
        Assert.That(first.MoveNext(), Is.True);
        using BatchEnumerator second = loader.Epoch(1).GetEnumerator();
        Assert.That(() => first.MoveNext(), Throws.InvalidOperationException.With.Message.Contains("another epoch"));
        Assert.That(second.MoveNext(), Is.True);
        Assert.That(second.Current.Epoch, Is.EqualTo(1));
        first.Dispose(); // of an ended enumeration: must not end the other
        Assert.That(second.MoveNext(), Is.True);
    }

    [Test]
    public void No_more_is_gathered_ahead_than_the_ring_holds()
    {
        using var reached = new ManualResetEventSlim();
        var source = new FakeSource { BeforeRead = read => _ = read == 2 ? SetAndGet(reached) : 0 };
        using (var loader = new BatchLoader(source, 5, depth: 3))
        {
            using BatchEnumerator batches = loader.Epoch(0).GetEnumerator();
            Assert.That(reached.Wait(TimeSpan.FromSeconds(20)), Is.True, "the ring fills unasked");
            Assert.That(batches.MoveNext(), Is.True);
        }

        // Dispose has waited for the thread: what it did is final.
        Assert.That(source.Reads, Is.EqualTo(3));
    }

    [Test]
    public void Disposing_stops_promptly_in_the_middle_of_an_epoch()
    {
        var loader = new BatchLoader(new FakeSource { Count = 1_000_000 }, 1);
        BatchEnumerator batches = loader.Epoch(0).GetEnumerator();
        Assert.That(batches.MoveNext(), Is.True);
        Batch held = batches.Current;

        long start = Stopwatch.GetTimestamp();
        loader.Dispose();
        // The thread has at most one batch in hand; 5 s is for a machine that is busy with other things.
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(5)));

        Assert.That(() => held.Count, Throws.InvalidOperationException);
        Assert.That(() => batches.MoveNext(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => CountImages(loader, 0), Throws.InstanceOf<ObjectDisposedException>());
        batches.Dispose();
        loader.Dispose(); // twice is once
    }

    [Test]
    public void Disposing_wakes_a_consumer_that_waits()
    {
        using var reading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var source = new FakeSource
        {
            BeforeRead = _ =>
            {
                reading.Set();
                goOn.Wait(TimeSpan.FromSeconds(20));
            },
        };
        var loader = new BatchLoader(source, 10);
        Task<int> consumer = Task.Run(() => CountImages(loader, 0));
        Assert.That(reading.Wait(TimeSpan.FromSeconds(20)), Is.True);
        Task disposal = Task.Run(loader.Dispose);
        Assert.That(async () => await consumer, Throws.InstanceOf<ObjectDisposedException>());
        goOn.Set();
        Assert.That(disposal.Wait(TimeSpan.FromSeconds(20)), Is.True);
    }

    [Test]
    public void Ending_an_epoch_wakes_a_consumer_that_waits()
    {
        using var reading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var source = new FakeSource
        {
            BeforeRead = _ =>
            {
                reading.Set();
                goOn.Wait(TimeSpan.FromSeconds(20));
            },
        };
        using var loader = new BatchLoader(source, 10);
        BatchEnumerator batches = loader.Epoch(0).GetEnumerator();
        Exception? error = null;
        var consumer = new Thread(() => error = Assert.Catch(() => batches.MoveNext())) { IsBackground = true };
        consumer.Start();
        Assert.That(reading.Wait(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(SpinWait.SpinUntil(() => consumer.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(20)), Is.True);
        batches.Dispose();
        goOn.Set();
        Assert.That(consumer.Join(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(error, Is.InstanceOf<InvalidOperationException>().With.Message.Contains("this enumeration was ended"));
    }

    [Test]
    public void A_warm_batch_allocates_nothing_on_either_thread()
    {
        var source = new FakeSource { Count = 4000 };
        using var loader = new BatchLoader(source, 16, seed: 1);
        CountImages(loader, 0);
        CountImages(loader, 1);

        source.Measure = true;
        long before = GC.GetAllocatedBytesForCurrentThread();
        int images = CountImages(loader, 2);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(images, Is.EqualTo(4000));
        Assert.That(allocated, Is.Zero, "the consumer's thread, a whole epoch");
        Assert.That(source.LargestAllocation, Is.Zero, "the gathering thread, between any two batches");
    }

    private static int CountImages(BatchLoader loader, int epoch)
    {
        int images = 0;
        foreach (Batch batch in loader.Epoch(epoch))
        {
            images += batch.Images.Length;
        }

        return images;
    }

    private static int SetAndGet(ManualResetEventSlim signal)
    {
        signal.Set();
        return 0;
    }
}
