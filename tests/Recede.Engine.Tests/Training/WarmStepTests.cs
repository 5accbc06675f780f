using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Pruning;

namespace Recede.Engine.Tests.Training;

/// <summary>What steady training costs: no managed allocation, no growth.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class WarmStepTests
{
    [TestCase("vgg", Norm.Bounded)]
    [TestCase("resnet", Norm.Bounded)]
    [TestCase("resnet", Norm.Plain)]
    public void AWarmTrainingStepAllocatesNoManagedMemory(string kind, Norm norm)
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Create(kind, device, norm);
        using var run = new PreparedStep(network);
        for (var step = 0; step < 5; step++)
        {
            run.Step();
        }

        // Threads of the test platform allocate now and then; a step that allocates does so in every round.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var step = 0; step < 3; step++)
            {
                run.Step();
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.Zero);
    }

    [Test]
    public void TwoThousandStepsDoNotGrowTheProcess()
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Create("vgg", device, Norm.Bounded);
        using var run = new PreparedStep(network);
        for (var step = 0; step < 200; step++)
        {
            run.Step();
        }

        var live = device.LiveBytes;
        var capacity = run.Tape.Arena.Capacity;
        var resident = ResidentBytes();
        for (var step = 0; step < 2000; step++)
        {
            run.Step();
        }

        Assert.That(device.LiveBytes, Is.EqualTo(live));
        Assert.That(run.Tape.Arena.Capacity, Is.EqualTo(capacity));

        // The runtime itself may take some pages; 16 MiB over 2000 steps is 8 KiB a step.
        Assert.That(ResidentBytes() - resident, Is.LessThan(16 << 20));
    }

    [Test]
    public void NothingIsLeftWhenAllIsDisposed()
    {
        using var device = Device.Cpu(2);
        using (var network = SmallNetworks.Trained("resnet", device, Norm.Plain))
        {
            OneShot.Plan(network, 0.5).Apply(network);
            SmallNetworks.Logits(network);
        }

        Assert.That(device.LiveBytes, Is.Zero);
    }

    private static long ResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
