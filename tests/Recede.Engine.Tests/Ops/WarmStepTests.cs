using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>A step of the ops between bytes and loss, over and over, makes no garbage and no new memory.</summary>
public sealed class WarmStepTests
{
    [Test]
    public void Input_pooling_dropout_and_loss_allocate_nothing_when_warm()
    {
        using var device = Device.Cpu(2);
        using var tape = new Tape(device) { Seed = 1 };
        var shape = new Shape(8, 12, 12, 3);
        var bytes = new byte[shape.Count];
        var floats = new float[shape.Count];
        int[] labels = [0, 1, 2, 0, 1, 2, 0, 1];
        var args = new ImageArguments(new ImageNormalization([0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f]), 2, true, 1, 1);
        for (int i = 0; i < 3; i++)
        {
            Step();
        }

        long held = device.LiveBytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            Step();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(device.LiveBytes, Is.EqualTo(held));

        void Step()
        {
            tape.StepNumber++;
            using StepScope step = tape.BeginStep(training: true);
            tape.Images(tape.Input(bytes, shape), tape.Input(labels), args);
            Tensor x = tape.Input(floats, shape, needsGradient: true);
            x = tape.MaxPool2d(x, Pool2dArguments.Square(3, 2, 1));
            x = tape.AveragePool2d(x, Pool2dArguments.Square(2, 2));
            x = tape.Dropout(tape.GlobalAveragePool(x), 0.5f);
            tape.Backward(tape.CrossEntropy(x, tape.Input(labels), 0.1f).Loss);
        }
    }
}
