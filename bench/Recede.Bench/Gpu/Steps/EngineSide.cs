using System.Diagnostics;
using System.Runtime.InteropServices;
using Recede.Bench.Gpu.Kernels;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;

namespace Recede.Bench.Gpu.Steps;

/// <summary>
/// The engine's bare step: images that lie on the GPU as bytes are normalised; forward, and in training mean cross-entropy,
/// backward and SGD with Nesterov momentum and weight decay. No loss is read, as the peer reads none. Either its kernels are
/// queued one by one, or it is captured once, as the training loop does, and replayed.
/// </summary>
internal sealed class EngineSide : IStepSide
{
    private const int LeastSteps = 3;
    private const float LearningRate = 0.01f;
    private readonly CudaDevice _device;
    private readonly Network _network;
    private readonly bool _trains;
    private readonly ElementType _type;
    private readonly Tape _tape;
    private readonly Sgd _sgd;
    private readonly DeviceTensor _images;
    private readonly DeviceTensor _labels;
    private readonly ImageNormalization _normalization;
    private readonly bool _captures;
    private readonly DeviceBuffer _state;
    private CapturedGraph? _graph;

    /// <summary>Prepares the batch; the network stays the caller's.</summary>
    public EngineSide(CudaDevice device, Network network, int batch, bool trains, bool captures)
    {
        _captures = captures;
        _state = device.Allocate(Marshal.SizeOf<StepState>(), "step");
        device.UploadBytes(
            MemoryMarshal.AsBytes([new StepState { LearningRate = LearningRate, Bad = StepState.NoneBad }]), _state.Address);
        _type = device.Options.ActivationType;
        _device = device;
        _network = network;
        _trains = trains;
        _tape = new Tape(device);
        _sgd = new Sgd(ParameterGroups.FromRecipe(network.Parameters, weightDecay: 1e-4f), LearningRate);
        _images = new DeviceTensor(device, network.ImageShape.WithN(batch), ElementType.UInt8, TensorLayout.Dense);
        _labels = new DeviceTensor(device, new Shape(batch, 1, 1, 1), ElementType.Int32, TensorLayout.Dense);
        var (mean, deviation) = (new float[network.ImageShape.C], new float[network.ImageShape.C]);
        Array.Fill(mean, 0.5f);
        Array.Fill(deviation, MathF.Sqrt(1f / 12));
        _normalization = new ImageNormalization(mean, deviation);
    }

    public string Name => _captures ? "Recede" : "Recede uncaptured";

    public double Time(double seconds)
    {
        if (_captures && _graph is null)
        {
            Capture();
        }

        _device.Synchronize();
        var began = Stopwatch.GetTimestamp();
        var steps = 0;
        while (steps < LeastSteps || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            // The host may be far ahead: it waits now and then, so that the clock above means something.
            for (var i = 0; i < LeastSteps; i++)
            {
                if (_graph is { } graph)
                {
                    graph.Launch();
                }
                else
                {
                    Queue();
                    Update();
                }

                steps++;
            }

            _device.Synchronize();
        }

        return Stopwatch.GetElapsedTime(began).TotalMilliseconds / steps;
    }

    public void Dispose()
    {
        _graph?.Dispose();
        _tape.Dispose();
        _sgd.Dispose();
        _images.Dispose();
        _labels.Dispose();
        _state.Dispose();
    }

    // What is captured must have run before: kernels are loaded then, convolutions planned, memory made.
    private void Capture()
    {
        Queue();
        if (_trains)
        {
            _sgd.ListCaptured(_device);
            _sgd.UploadCaptured(_device);
            _sgd.QueueCaptured(_device, _state.Address);
            _sgd.ZeroGradients();
        }

        _device.Synchronize();
        using (var capture = _device.BeginCapture())
        {
            Queue(captured: true);
            _graph = capture.End();
        }

        _sgd.ZeroGradients();
        if (_trains)
        {
            _sgd.UploadCaptured(_device);
        }
    }

    private void Queue(bool captured = false)
    {
        using (_tape.BeginStep(_trains))
        {
            var x = _tape.Images(_images.On(_tape), Tensor.None, new ImageArguments(_normalization));
            if (_tape.SlotOf(x).Type is var type && type != _type)
            {
                throw new NotSupportedException($"the engine's activations are {type} where {_type} was asked for");
            }

            var logits = _network.Forward(_tape, x);
            if (!_trains)
            {
                return;
            }

            var loss = _tape.CrossEntropy(logits, _labels.On(_tape)).Loss;
            _tape.Release(logits);
            _tape.Backward(loss);
            if (captured)
            {
                _sgd.ListCaptured(_device);
                _sgd.QueueCaptured(_device, _state.Address);
            }
        }
    }

    private void Update()
    {
        if (_trains)
        {
            _sgd.Update();
            _sgd.ZeroGradients();
        }
    }
}
