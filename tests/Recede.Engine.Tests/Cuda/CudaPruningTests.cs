using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Cuda.Libraries;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>A small network trains on CUDA, is pruned in place, computes what the masked one does, and goes on training.</summary>
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class CudaPruningTests(string device) : DeviceFixture(device)
{
    private const double Relative = 1e-5;

    [Test]
    public void Shrunk_equals_masked([Values("vgg", "resnet")] string kind, [Values] Norm norm, [Values(0.5, 0.9)] double ratio)
    {
        using var opened = Kind.Open();
        using var shrunk = SmallNetworks.Trained(kind, opened, norm, steps: 2);
        using var masked = SmallNetworks.Create(kind, opened, norm);
        masked.CopyFrom(shrunk, companions: true);
        var plan = OneShot.Plan(shrunk, ratio);
        plan.Mask(masked);
        var before = opened.LiveBytes;
        plan.Apply(shrunk);
        Assert.That(opened.LiveBytes, Is.LessThan(before), "bytes after the shrink");
        Assert.That(((CudaDevice)opened).Cudnn.PlanCount, Is.Zero, "plans of the old shapes");
        TensorAssert.AreClose(SmallNetworks.Logits(shrunk), SmallNetworks.Logits(masked), Relative, what: "logits");

        using var shrunkRun = new StepRunner(shrunk);
        using var maskedRun = new StepRunner(masked);
        Assert.That(shrunkRun.Step(7), Is.EqualTo(maskedRun.Step(7)).Within(1e-4), "the loss of the next step");
        Assert.That(float.IsFinite(shrunkRun.Step(8)));
    }

    [Test]
    public void A_shrink_frees_the_plans_of_the_old_shapes_and_only_them()
    {
        using var opened = Kind.Open();
        if (((CudaTestDevice)Kind).StandIn is null)
        {
            Assert.Ignore("Only the stand-in counts what cuDNN holds.");
        }

        using var network = SmallNetworks.Create("vgg", opened, Norm.Bounded);
        using var run = new StepRunner(network);
        run.Step(1);
        var (plans, objects) = (((CudaDevice)opened).Cudnn.PlanCount, LibraryDevice.LiveCudnnObjects);
        OneShot.Plan(network, 0.5).Apply(network);
        Assert.That(LibraryDevice.LiveCudnnObjects, Is.EqualTo(1), "the handle alone");
        run.Step(2);
        Assert.That((((CudaDevice)opened).Cudnn.PlanCount, LibraryDevice.LiveCudnnObjects), Is.EqualTo((plans, objects)));
    }

    [Test]
    public void Training_steps_agree_with_the_CPUs([Values("vgg", "resnet")] string kind, [Values] Norm norm)
    {
        using var cpu = Engine.Devices.Device.Cpu(1);
        using var expected = SmallNetworks.Trained(kind, cpu, norm, steps: 2);
        using var opened = Kind.Open();
        using var actual = SmallNetworks.Trained(kind, opened, norm, steps: 2);
        for (var i = 0; i < expected.Parameters.Count; i++)
        {
            TensorAssert.AreClose(
                actual.Parameters[i].ToArray(), expected.Parameters[i].ToArray(), TensorAssert.PeerRelative, 1e-5, actual.Parameters[i].ToString());
        }
    }
}
