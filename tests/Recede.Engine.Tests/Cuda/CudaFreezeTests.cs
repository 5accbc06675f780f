using Recede.Engine.Core;
using Recede.Engine.Nn;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>A frozen network on CUDA computes what it does on the CPU, there with kernels of its own for residual and ReLU.</summary>
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class CudaFreezeTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Logits_are_those_of_the_network_and_of_the_CPU([Values("vgg", "resnet")] string kind, [Values] Norm norm)
    {
        using var cpu = Engine.Devices.Device.Cpu(1);
        using var there = SmallNetworks.Trained(kind, cpu, norm, steps: 2);
        using var opened = Kind.Open();
        using var network = SmallNetworks.Create(kind, opened, norm);
        for (var i = 0; i < network.Parameters.Count; i++)
        {
            network.Parameters[i].Set(there.Parameters[i].ToArray());
        }

        using var frozen = network.Freeze();
        using var tape = new Tape(opened);
        using var step = tape.BeginStep(training: false);
        var shape = frozen.ImageShape.WithN(3);
        var logits = frozen.Forward(tape, tape.Input(StepRunner.Images(shape, 99), shape)).ToArray();
        TensorAssert.AreClose(logits, SmallNetworks.Logits(network), TensorAssert.PeerRelative, what: "the network's");
        TensorAssert.AreClose(logits, SmallNetworks.Logits(there), TensorAssert.PeerRelative, what: "the CPU's");
    }
}
