using Recede.Engine.Core;

namespace Recede.Engine.Tests.Core;

/// <summary>Philox4x32-10 against the known answers of its authors' Random123 library, and what is drawn from it.</summary>
[TestFixture]
public sealed class PhiloxTests
{
    [TestCase(0UL, 0UL, 0UL, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x299f31d0_a4093822UL, 0x03707344_13198a2eUL, 0x85a308d3_243f6a88UL, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void A_block_is_the_known_answer(ulong seed, ulong stream, ulong counter, uint x, uint y, uint z, uint w) =>
        Assert.That(Philox.Block(seed, stream, counter), Is.EqualTo((x, y, z, w)));

    [Test]
    public void Integers_are_the_words_of_the_blocks_in_order()
    {
        for (ulong block = 0; block < 3; block++)
        {
            var (x, y, z, w) = Philox.Block(7, 9, block);
            uint[] words = [x, y, z, w];
            for (ulong i = 0; i < 4; i++)
            {
                Assert.That(Philox.UInt32(7, 9, block * 4 + i), Is.EqualTo(words[i]));
            }
        }
    }

    [Test]
    public void Uniform_numbers_fill_the_unit_interval()
    {
        const int Count = 20_000;
        double sum = 0, squares = 0;
        for (ulong i = 0; i < Count; i++)
        {
            var u = Philox.Uniform(1, 2, i);
            Assert.That(u, Is.InRange(0f, 0.99999994f));
            sum += u;
            squares += u * u;
        }

        // Five standard errors: the draws are fixed, so this cannot flicker.
        Assert.That(sum / Count, Is.EqualTo(0.5).Within(5 * 0.2887 / Math.Sqrt(Count)));
        Assert.That(squares / Count, Is.EqualTo(1.0 / 3).Within(5 * 0.2981 / Math.Sqrt(Count)));
    }

    [Test]
    public void Normal_numbers_have_the_moments_of_one()
    {
        const int Count = 20_000;
        double sum = 0, squares = 0, fourths = 0;
        for (ulong i = 0; i < Count; i++)
        {
            double z = Philox.Normal(3, 4, i);
            sum += z;
            squares += z * z;
            fourths += z * z * z * z;
        }

        Assert.That(sum / Count, Is.EqualTo(0).Within(5 / Math.Sqrt(Count)));
        Assert.That(squares / Count, Is.EqualTo(1).Within(5 * Math.Sqrt(2.0 / Count)));
        Assert.That(fourths / Count, Is.EqualTo(3).Within(5 * Math.Sqrt(96.0 / Count)));
    }

    [Test]
    public void Bounded_integers_take_every_value_and_no_other()
    {
        var seen = new int[7];
        for (ulong i = 0; i < 700; i++)
        {
            seen[Philox.Below(7, 5, 6, i)]++;
        }

        Assert.That(seen, Has.All.InRange(60, 140));
        Assert.That(() => Philox.Below(0, 1, 1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Streams_differ_by_name() =>
        Assert.That(Philox.StreamOf("conv1.weight"), Is.Not.EqualTo(Philox.StreamOf("conv2.weight")));
}
