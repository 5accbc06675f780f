using FsCheck;
using FsCheck.Fluent;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>The pool over a driver that only counts.</summary>
[TestFixture]
internal sealed class MemoryPoolTests
{
    private const long Plenty = 1L << 40;

    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20240611, 7201).WithMaxTest(80).WithEndSize(80);

    /// <summary>A command of v >= 0 allocates, v &lt; 0 frees the block |v| modulo those held.</summary>
    [Test]
    public void Blocks_in_use_are_aligned_never_overlap_and_lie_in_the_drivers_memory() => Prop.ForAll(
        ArbMap.Default.ArbFor<int[]>(),
        commands =>
        {
            var source = new FakeMemorySource(Plenty);
            var pool = new MemoryPool(source);
            var held = new List<(nint Address, long Bytes)>();
            foreach (var command in commands)
            {
                if (command >= 0)
                {
                    // From a few bytes to blocks of the driver's own.
                    var bytes = 1 + (long)command * command * command * 31 % (2 * MemoryPool.LargeBlock);
                    held.Add((pool.Allocate(bytes), bytes));
                }
                else if (held.Count > 0)
                {
                    var at = (int)(-(long)command % held.Count);
                    pool.Free(held[at].Address);
                    held.RemoveAt(at);
                }

                var sorted = held.OrderBy(block => block.Address).ToList();
                for (var i = 0; i < sorted.Count; i++)
                {
                    Assert.That(source.Contains(sorted[i].Address, sorted[i].Bytes), "outside the driver's memory");
                    Assert.That(i == 0 || sorted[i - 1].Address + (nint)sorted[i - 1].Bytes <= sorted[i].Address, "overlap");
                }

                Assert.That(pool.HeldBytes, Is.EqualTo(source.Held));
                Assert.That(pool.UsedBytes, Is.InRange(held.Sum(block => block.Bytes), pool.HeldBytes));
            }

            foreach (var (address, _) in held)
            {
                pool.Free(address);
            }

            Assert.That(pool.UsedBytes, Is.Zero);
            pool.Trim();
            Assert.That(source.Held, Is.Zero, "everything free is one piece again");
        }).Check(Fixed);

    [Test]
    public void A_freed_block_is_used_again()
    {
        var source = new FakeMemorySource(Plenty);
        var pool = new MemoryPool(source);
        var a = pool.Allocate(1000);
        pool.Allocate(1000);
        pool.Free(a);
        Assert.That(pool.Allocate(900), Is.EqualTo(a));
        Assert.That(source.Requests, Is.EqualTo(1));
    }

    [Test]
    public void The_smallest_gap_that_fits_is_taken()
    {
        var pool = new MemoryPool(new FakeMemorySource(Plenty));
        var large = pool.Allocate(4096);
        pool.Allocate(1);
        var small = pool.Allocate(1024);
        pool.Allocate(1);
        pool.Free(large);
        pool.Free(small);
        Assert.That(pool.Allocate(700), Is.EqualTo(small));
        Assert.That(pool.Allocate(700), Is.EqualTo(large));
    }

    [Test]
    public void A_large_block_goes_back_to_the_driver_at_once_unless_it_is_retired()
    {
        var source = new FakeMemorySource(Plenty);
        var pool = new MemoryPool(source);
        pool.Free(pool.Allocate(MemoryPool.LargeBlock));
        Assert.That(source.Held, Is.Zero);
        pool.Free(pool.Allocate(MemoryPool.LargeBlock), retire: true);
        Assert.That(source.Held, Is.EqualTo(MemoryPool.LargeBlock));
        Assert.That(pool.Trim(), Is.EqualTo(MemoryPool.LargeBlock));
        Assert.That(source.Held, Is.Zero);
    }

    [Test]
    public void Trimming_keeps_slabs_in_use()
    {
        var source = new FakeMemorySource(Plenty);
        var pool = new MemoryPool(source);
        var blocks = Enumerable.Range(0, 40).Select(_ => pool.Allocate(1 << 20)).ToList();
        foreach (var block in blocks.Skip(1))
        {
            pool.Free(block);
        }

        Assert.That(pool.Trim(), Is.EqualTo(2 * MemoryPool.SlabBytes));
        Assert.That(source.Held, Is.EqualTo(MemoryPool.SlabBytes));
        pool.Free(blocks[0]);
        Assert.That(pool.Trim(), Is.EqualTo(MemoryPool.SlabBytes));
    }

    [Test]
    public void Free_slabs_are_given_up_before_memory_is_out()
    {
        var source = new FakeMemorySource(MemoryPool.SlabBytes + MemoryPool.LargeBlock);
        var pool = new MemoryPool(source);
        pool.Free(pool.Allocate(100));
        Assert.That(pool.Allocate(MemoryPool.SlabBytes), Is.Not.Zero);
        Assert.That(source.Held, Is.EqualTo(MemoryPool.SlabBytes));
    }

    [Test]
    public void Where_no_slab_fits_any_more_a_small_block_still_does()
    {
        var pool = new MemoryPool(new FakeMemorySource(MemoryPool.LargeBlock));
        Assert.That(pool.Allocate(100), Is.Not.Zero);
        Assert.That(pool.HeldBytes, Is.EqualTo(MemoryPool.Granule));
    }

    [Test]
    public void Out_of_memory_tells_what_is_held_and_leaves_the_pool_as_it_was([Values(1L, 300L, 5L << 20, long.MaxValue)] long bytes)
    {
        var source = new FakeMemorySource(0);
        var pool = new MemoryPool(source);
        Assert.That(() => pool.Allocate(bytes), Throws.InstanceOf<DeviceOutOfMemoryException>().With.Message.Contains("holds 0 bytes"));
        Assert.That((pool.HeldBytes, pool.UsedBytes), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void A_refusal_at_any_request_leaves_the_pool_usable()
    {
        const int Blocks = 30;
        for (var refused = 1; refused <= Blocks; refused++)
        {
            var source = new FakeMemorySource(Plenty) { RefusedRequest = refused };
            var pool = new MemoryPool(source);
            var held = new List<nint>();
            for (var i = 0; i < Blocks; i++)
            {
                try
                {
                    held.Add(pool.Allocate((i % 3) switch { 0 => 100, 1 => 3 << 20, _ => 6 << 20 }));
                }
                catch (DeviceOutOfMemoryException)
                {
                }
            }

            Assert.That(held, Has.Count.InRange(Blocks - 1, Blocks));
            Assert.That(held, Is.Unique);
            foreach (var block in held)
            {
                pool.Free(block);
            }

            pool.Trim();
            Assert.That(source.Held, Is.Zero);
        }
    }

    [Test]
    public void Clearing_gives_back_blocks_in_use_too()
    {
        var source = new FakeMemorySource(Plenty);
        var pool = new MemoryPool(source);
        pool.Allocate(100);
        pool.Allocate(MemoryPool.LargeBlock);
        pool.Clear();
        Assert.That(source.Held, Is.Zero);
    }
}
