using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Tests.Devices;

public sealed class ItemRangesTests
{
    [Test]
    public void AWorkerTakesItsOwnFromTheFrontThenTheOthersFromTheBack()
    {
        var ranges = new ItemRanges(3);
        ranges.Share(8);

        Assert.That(Take(ranges, 1), Is.EqualTo(new[] { 3, 4, 5, 7, 6, 2, 1, 0 }));
    }

    [TestCase(1, 5)]
    [TestCase(4, 0)]
    [TestCase(4, 2)]
    [TestCase(4, 7)]
    [TestCase(1024, 3)]
    public void EveryItemIsTakenOnce(int workers, int items)
    {
        var ranges = new ItemRanges(workers);
        ranges.Share(items);
        var taken = new List<int>();
        for (int worker = 0; taken.Count < items; worker = (worker + 1) % workers)
        {
            Assert.That(ranges.TryTake(worker, out int item), "A worker that finds nothing of its own finds what others have left.");
            taken.Add(item);
        }

        Assert.That(ranges.TryTake(0, out _), Is.False);
        Assert.That(taken.Order(), Is.EqualTo(Enumerable.Range(0, items)));
    }

    [Test]
    public void WorkersWhoTakeAtTheSameTimeNeverTakeTheSame()
    {
        const int Workers = 4;
        const int Items = 50_000;
        var ranges = new ItemRanges(Workers);
        for (int round = 0; round < 5; round++)
        {
            ranges.Share(Items);
            int[] times = new int[Items];
            Parallel.For(
                0,
                Workers,
                new ParallelOptions { MaxDegreeOfParallelism = Workers },
                worker =>
                {
                    while (ranges.TryTake(worker, out int item))
                    {
                        Interlocked.Increment(ref times[item]);
                    }
                });

            Assert.That(times, Is.All.EqualTo(1));
        }
    }

    [Test]
    public void NothingIsLeftWhenCleared()
    {
        var ranges = new ItemRanges(2);
        ranges.Share(6);
        Assert.That(ranges.TryTake(0, out _));

        ranges.Clear();

        Assert.That(Take(ranges, 0), Is.Empty);
        Assert.That(Take(ranges, 1), Is.Empty);
    }

    private static List<int> Take(ItemRanges ranges, int worker)
    {
        var taken = new List<int>();
        while (ranges.TryTake(worker, out int item))
        {
            taken.Add(item);
        }

        return taken;
    }
}
