using Recede.Engine.Core;

namespace Recede.Engine.Tests.Core;

[TestFixture]
public sealed class ChannelSpaceTests
{
    [Test]
    public void A_space_of_its_own_keeps_what_it_is_told()
    {
        var a = new ChannelSpace("a", 5);
        var kept = new Dictionary<ChannelSpace, int[]> { [a] = [1, 4] };
        Assert.That(a.Resolve(kept), Is.EqualTo(new[] { 1, 4 }));
        Assert.That(new ChannelSpace("b", 5).Resolve(kept), Is.Null);
    }

    [Test]
    public void A_repeat_keeps_the_same_channels_of_every_pixel()
    {
        var a = new ChannelSpace("a", 3);
        var flat = a.Repeated("flat", 4);
        Assert.That(flat.Width, Is.EqualTo(12));
        Assert.That(flat.IsDerived);
        Assert.That(
            flat.Resolve(new Dictionary<ChannelSpace, int[]> { [a] = [0, 2] }),
            Is.EqualTo(new[] { 0, 2, 3, 5, 6, 8, 9, 11 }));
    }

    [Test]
    public void A_concatenation_shifts_each_space_by_those_before_it()
    {
        var (a, b, c) = (new ChannelSpace("a", 3), new ChannelSpace("b", 2), new ChannelSpace("c", 4));
        var chain = ChannelSpace.Concatenated("chain", a, b, c, a);
        Assert.That(chain.Width, Is.EqualTo(12));
        Assert.That(
            chain.Resolve(new Dictionary<ChannelSpace, int[]> { [a] = [2], [c] = [0, 3] }),
            Is.EqualTo(new[] { 2, 3, 4, 5, 8, 11 }));
    }

    [Test]
    public void A_repeat_of_a_concatenation_resolves_through_both()
    {
        var (a, b) = (new ChannelSpace("a", 2), new ChannelSpace("b", 1));
        var flat = ChannelSpace.Concatenated("ab", a, b).Repeated("flat", 2);
        Assert.That(
            flat.Resolve(new Dictionary<ChannelSpace, int[]> { [a] = [1] }),
            Is.EqualTo(new[] { 1, 2, 4, 5 }));
    }

    [Test]
    public void What_nobody_prunes_stays_whole()
    {
        var a = new ChannelSpace("a", 2);
        var other = new ChannelSpace("other", 2);
        var kept = new Dictionary<ChannelSpace, int[]> { [other] = [0] };
        Assert.That(ChannelSpace.Concatenated("aa", a, a).Resolve(kept), Is.Null);
        Assert.That(a.Repeated("flat", 3).Resolve(kept), Is.Null);
    }

    [Test]
    public void Derived_widths_follow_a_narrowed_source()
    {
        var a = new ChannelSpace("a", 5);
        var flat = a.Repeated("flat", 4);
        a.Narrow(3);
        Assert.That(flat.Width, Is.EqualTo(12));
        Assert.That(() => flat.Narrow(4), Throws.InvalidOperationException.With.Message.Contain("flat(12)"));
    }

    [Test]
    public void Spaces_derived_in_another_way_have_the_same_channels_where_their_order_is_the_same()
    {
        var (a, b) = (new ChannelSpace("a", 2), new ChannelSpace("b", 2));
        var ab = ChannelSpace.Concatenated("ab", a, b);
        ChannelSpace[][] equal =
        [
            [a, a.Repeated("once", 1), ChannelSpace.Concatenated("one", a)],
            [ab, ChannelSpace.Concatenated("again", a, b), ChannelSpace.Concatenated("nested", ChannelSpace.Concatenated("a", a), b)],
            [a.Repeated("six", 6), a.Repeated("two", 2).Repeated("times three", 3), ChannelSpace.Concatenated("all", a, a.Repeated("more", 5))],
            [ab.Repeated("twice", 2), ChannelSpace.Concatenated("again", a, b).Repeated("two", 2)],
            [ChannelSpace.Concatenated("ba", b, a)],
            [ChannelSpace.Concatenated("aabb", a, a, b, b), ChannelSpace.Concatenated("pairs", a.Repeated("aa", 2), b.Repeated("bb", 2))],
            [new ChannelSpace("a", 2)],
        ];
        foreach (var (left, i) in equal.SelectMany((spaces, i) => spaces.Select(space => (space, i))))
        {
            foreach (var (right, j) in equal.SelectMany((spaces, j) => spaces.Select(space => (space, j))))
            {
                Assert.That(left.HasChannelsOf(right), Is.EqualTo(i == j), $"{left} of group {i}, {right} of group {j}");
            }
        }
    }

    [Test]
    public void A_space_of_too_many_parts_is_refused()
    {
        var chain = new ChannelSpace("a", 1);
        for (var i = 1; i < ChannelSpace.MostParts; i++)
        {
            chain = chain.Repeated("chain", 1);
        }

        Assert.That(chain.Width, Is.EqualTo(1));
        Assert.That(() => chain.Repeated("longer", 1), Throws.ArgumentException.With.Message.Contain("longer"));
        var doubled = new ChannelSpace("a", 1);
        for (var i = 0; i < 9; i++)
        {
            doubled = ChannelSpace.Concatenated("doubled", doubled, doubled);
        }

        Assert.That(() => ChannelSpace.Concatenated("wider", doubled, doubled), Throws.ArgumentException.With.Message.Contain("wider"));
    }

    [Test]
    public void Bad_spaces_are_refused()
    {
        Assert.That(() => new ChannelSpace("a", 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ChannelSpace(" ", 1), Throws.ArgumentException);
        Assert.That(() => ChannelSpace.Concatenated("none"), Throws.ArgumentException.With.Message.Contain("none"));
        Assert.That(() => new ChannelSpace("a", 1).Repeated("r", 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
