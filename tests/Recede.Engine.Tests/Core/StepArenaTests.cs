using FsCheck;
using FsCheck.Fluent;
using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Core;

/// <summary>
/// Properties of the step arena under random rents and returns. A command of v >= 0 rents v units, v &lt; 0 returns the block
/// |v| modulo those held; a unit makes a typical run need several chunks.
/// </summary>
[TestFixture]
public sealed class StepArenaTests
{
    private const long Unit = 50_001;

    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20220406, 6405).WithMaxTest(60).WithEndSize(60);

    [Test]
    public void Blocks_held_at_the_same_time_never_overlap() => Check(commands =>
    {
        using var device = Device.Cpu(1);
        using var arena = new StepArena(device);
        var held = new List<ArenaBlock>();
        foreach (var command in commands)
        {
            Play(arena, held, command);
            var sorted = held.OrderBy(b => b.Address).ToList();
            for (var i = 0; i < sorted.Count; i++)
            {
                Assert.That((long)sorted[i].Address % 64, Is.Zero, "alignment");
                if (i > 0)
                {
                    Assert.That(sorted[i - 1].Address + sorted[i - 1].Bytes, Is.LessThanOrEqualTo((long)sorted[i].Address), "overlap");
                }
            }

            Assert.That(arena.Used, Is.EqualTo(held.Sum(b => b.Bytes)));
            Assert.That(arena.Peak, Is.GreaterThanOrEqualTo(arena.Used));
            Assert.That(arena.Capacity, Is.GreaterThanOrEqualTo(arena.Used));
        }
    });

    [Test]
    public void What_is_returned_is_joined_whatever_the_order() => Check(commands =>
    {
        using var device = Device.Cpu(1);
        using var arena = new StepArena(device);
        var held = new List<ArenaBlock>();
        var chunks = new List<long>();
        foreach (var command in commands)
        {
            var capacity = arena.Capacity;
            Play(arena, held, command);
            if (arena.Capacity > capacity)
            {
                chunks.Add(arena.Capacity - capacity);
            }
        }

        while (held.Count > 0)
        {
            Play(arena, held, -1 - held.Count / 2);
        }

        // Only whole chunks are left, so that one rent a chunk takes all of it without growing.
        var growths = arena.Growths;
        foreach (var bytes in chunks)
        {
            arena.Rent(bytes);
        }

        Assert.That(arena.Growths, Is.EqualTo(growths));
        Assert.That(arena.Used, Is.EqualTo(arena.Capacity));
    });

    [Test]
    public void A_warm_arena_gives_the_same_addresses_after_every_rewind() => Check(commands =>
    {
        using var device = Device.Cpu(1);
        using var arena = new StepArena(device);
        Addresses(arena, commands);
        var growths = arena.Growths;
        var second = Addresses(arena, commands);
        var third = Addresses(arena, commands);
        Assert.That(third, Is.EqualTo(second));
        Assert.That(arena.Growths, Is.EqualTo(growths), "a second time needs no more memory");
    });

    [Test]
    public void A_trim_voids_what_was_captured()
    {
        using var device = Device.Cpu(1);
        using var arena = new StepArena(device);
        arena.Trim();
        Assert.That(arena.Growths, Is.Zero, "there was nothing to give back");
        arena.Rent(1);
        arena.Rewind();
        var growths = arena.Growths;
        arena.Trim();
        Assert.That(arena.Growths, Is.GreaterThan(growths));
    }

    [Test]
    public void A_trim_gives_everything_back_and_only_between_steps()
    {
        using var device = Device.Cpu(1);
        using var arena = new StepArena(device);
        var block = arena.Rent(100);
        Assert.That(arena.Trim, Throws.InvalidOperationException);
        arena.Return(block);
        arena.Trim();
        Assert.That(arena.Capacity, Is.Zero);
        Assert.That(device.LiveBytes, Is.Zero);
        Assert.That(arena.Rent(100).IsRented);
    }

    [Test]
    public void An_empty_request_is_a_block_too()
    {
        using var device = Device.Cpu(1);
        using var arena = new StepArena(device);
        var first = arena.Rent(0);
        var second = arena.Rent(0);
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(() => arena.Rent(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static void Check(Action<int[]> property) =>
        FsCheck.Check.One(Fixed, Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), property));

    private static void Play(StepArena arena, List<ArenaBlock> held, int command)
    {
        if (command >= 0)
        {
            held.Add(arena.Rent(command * Unit));
        }
        else if (held.Count > 0)
        {
            var at = -(command + 1) % held.Count;
            arena.Return(held[at]);
            held.RemoveAt(at);
        }
    }

    private static List<nint> Addresses(StepArena arena, int[] commands)
    {
        arena.Rewind();
        var addresses = new List<nint>();
        var held = new List<ArenaBlock>();
        foreach (var command in commands)
        {
            Play(arena, held, command);
            addresses.Add(held.Count == 0 ? 0 : held[^1].Address);
        }

        return addresses;
    }
}
