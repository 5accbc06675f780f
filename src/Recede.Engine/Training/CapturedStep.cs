using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;

namespace Recede.Engine.Training;

/// <summary>
/// The training step of a full batch as a CUDA graph: augmentation, network, loss, gradients, update. The first runs uncaptured,
/// so that kernels are loaded, convolutions planned and all memory made; the second is captured; from then on a step is a few
/// uploads to fixed addresses, one launch and one small download, and allocates no managed memory. The bits are those of
/// uncaptured steps.
/// <para>
/// The graph is void when the step arena grew, memory of a parameter was exchanged or a norm's mask was set, and then captured
/// anew. It must be gone before a shrink frees memory: <see cref="Void"/>.
/// </para>
/// </summary>
internal sealed class CapturedStep : IDisposable
{
    private const int MostFailures = 3;

    private static readonly CudaKernel<StepResultsArguments> ResultsKernel = new("step.cu", "step_results");

    private readonly CudaDevice _device;
    private readonly Tape _tape;
    private readonly Network _network;
    private readonly TrainingStep _step;
    private readonly Sgd _sgd;
    private readonly OutputSpec _imageSpec;
    private readonly OutputSpec _labelSpec;
    private readonly StepState[] _state = new StepState[1];
    private readonly int[] _versions;
    private readonly List<Parameter> _changed = [];
    private readonly ChannelIndexMap?[] _masks;
    private readonly DeviceBuffer _images;
    private readonly DeviceBuffer _indices;
    private readonly DeviceBuffer _labels;
    private readonly DeviceBuffer _words;
    private CapturedGraph? _graph;
    private bool _warm;
    private int _failures;
    private int _growths;
    private long _memory;

    /// <summary>Makes room for the inputs.</summary>
    /// <param name="device">The tape's and the network's device.</param>
    /// <param name="tape">The tape that uncaptured steps run on too.</param>
    /// <param name="network">The network.</param>
    /// <param name="step">What a step computes.</param>
    /// <param name="sgd">What ends it.</param>
    /// <param name="images">Shape [N, H, W, C] of a full batch.</param>
    public CapturedStep(CudaDevice device, Tape tape, Network network, TrainingStep step, Sgd sgd, Shape images)
    {
        (_device, _tape, _network, _step, _sgd) = (device, tape, network, step, sgd);
        _imageSpec = new OutputSpec(images, ElementType.UInt8, TensorLayout.Dense, Differentiable: false);
        _labelSpec = new OutputSpec(new Shape(images.N, 1, 1, 1), ElementType.Int32, TensorLayout.Dense, Differentiable: false);
        _versions = new int[network.Parameters.Count];
        _masks = new ChannelIndexMap?[network.Norms.Count];
        try
        {
            const string Owner = "inputs of captured steps";
            _images = device.Allocate(images.Count, Owner);
            _indices = device.Allocate(images.N * sizeof(int), Owner);
            _labels = device.Allocate(images.N * sizeof(int), Owner);
            _words = device.Allocate(MemoryMarshal.AsBytes<StepState>(_state).Length, Owner);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs a step, the update included. Where it returns false the parameters are as before, and the step is to be run
    /// uncaptured: a batch that is not full, a tape that is watched, or a step whose loss, penalty or gradients are not finite. Running statistics may have taken in a step that went bad; training steps do not
    /// read them.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="number">Number of the step.</param>
    /// <param name="result">What it gave.</param>
    /// <exception cref="InvalidOperationException">The step cannot be captured, not even the third time.</exception>
    /// <exception cref="ArgumentException">A label is no class.</exception>
    public bool TryRun(in Batch batch, ulong number, out StepResult result)
    {
        result = default;
        if (batch.Count != _imageSpec.Shape.N || _tape.CheckFinite || _tape.Observer is not null)
        {
            return false;
        }

        _device.UploadBytes(batch.Images, _images.Address);
        _device.UploadBytes(MemoryMarshal.AsBytes(batch.Indices), _indices.Address);
        _device.UploadBytes(MemoryMarshal.AsBytes(batch.Labels), _labels.Address);
        _state[0] = new StepState
        {
            Step = number,
            Epoch = (ulong)batch.Epoch,
            LearningRate = _sgd.LearningRate,
            Bad = StepState.NoneBad,
        };
        _device.UploadBytes(MemoryMarshal.AsBytes<StepState>(_state), _words.Address);
        if (!(_graph is not null && TryReplay()) && !(_warm ? TryCapture() : WarmUp()))
        {
            return false;
        }

        foreach (var parameter in _changed)
        {
            parameter.MarkChanged();
        }

        _device.DownloadBytes(_words.Address, MemoryMarshal.AsBytes(_state.AsSpan()));
        result = new StepResult(_state[0].Loss, _state[0].Penalty, (int)_state[0].Correct);
        return _state[0].Bad == StepState.NoneBad;
    }

    /// <summary>Destroys the graph; the next step runs uncaptured, and the one after it is captured anew.</summary>
    public void Void()
    {
        _graph?.Dispose();
        _graph = null;
        _warm = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Void();
        _images?.Dispose();
        _indices?.Dispose();
        _labels?.Dispose();
        _words?.Dispose();
    }

    private bool WarmUp()
    {
        try
        {
            Queue(captures: false);
        }
        finally
        {
            _sgd.ZeroGradients();
        }

        _warm = true;
        return true;
    }

    // What the host does in a step that is replayed: nothing of it but keeping a shrink off and noticing one.
    private bool TryReplay()
    {
        var parameters = _network.Parameters;
        var entered = 0;
        try
        {
            for (; entered < parameters.Count; entered++)
            {
                parameters[entered].Enter();
            }

            if (MemoryVersion() == _memory && SameMasks())
            {
                if (_tape.Arena.Growths == _growths)
                {
                    _graph!.Launch();
                    return true;
                }

                // Only addresses in the arena are others.
                _graph!.Dispose();
                _graph = null;
                return false;
            }
        }
        finally
        {
            while (entered > 0)
            {
                parameters[--entered].Leave();
            }
        }

        Void();
        return false;
    }

    private bool TryCapture()
    {
        try
        {
            using var capture = _device.BeginCapture();
            Queue(captures: true);
            _graph = capture.End();
        }
        catch (InvalidOperationException e)
        {
            // Memory that was needed after all, say: the same work, uncaptured, makes it. What is wrong with the step itself,
            // that tells.
            if (++_failures >= MostFailures)
            {
                throw new InvalidOperationException(
                    $"The training step cannot be captured; {nameof(CudaOptions)}.{nameof(CudaOptions.CaptureSteps)} = false trains without. {e.Message}", e);
            }

            return WarmUp();
        }
        finally
        {
            _sgd.ZeroGradients();
        }

        _failures = 0;
        _growths = _tape.Arena.Growths;
        _memory = MemoryVersion();
        for (var i = 0; i < _masks.Length; i++)
        {
            _masks[i] = _network.Norms[i].Mask;
        }

        _sgd.UploadCaptured(_device);
        _graph.Launch();
        return true;
    }

    private void Queue(bool captures)
    {
        for (var i = 0; i < _versions.Length; i++)
        {
            _versions[i] = _network.Parameters[i].Version;
        }

        // To what others left behind every replay would add.
        _sgd.ZeroGradients();
        _tape.StateWords = _words.Address;
        try
        {
            using (_tape.BeginStep(training: true))
            {
                var (loss, penalty, correct) = _step.Run(
                    _tape,
                    _tape.Borrow(_images, _imageSpec, "images"),
                    _step.Augments ? _tape.Borrow(_indices, _labelSpec, "indices") : Tensor.None,
                    _tape.Borrow(_labels, _labelSpec, "labels"),
                    epoch: 0);
                var results = new StepResultsArguments(
                    AddressOf(loss), penalty.IsNone ? 0 : AddressOf(penalty), AddressOf(correct), _device.FaultWord, _words.Address);
                _device.Launch(ResultsKernel, new LaunchGrid(1, 1, 1, 1, 1, 0), results);
                _sgd.ListCaptured(_device);
                if (!captures)
                {
                    _sgd.UploadCaptured(_device);
                }

                _sgd.QueueCaptured(_device, _words.Address);
            }
        }
        finally
        {
            _tape.StateWords = 0;
        }

        _changed.Clear();
        for (var i = 0; i < _versions.Length; i++)
        {
            var parameter = _network.Parameters[i];
            if (parameter.HasGradient || parameter.Version != _versions[i])
            {
                _changed.Add(parameter);
            }
        }
    }

    private nint AddressOf(Tensor tensor) => _tape.SlotOf(tensor).Address;

    private long MemoryVersion()
    {
        long sum = 0;
        for (var i = 0; i < _network.Parameters.Count; i++)
        {
            sum += _network.Parameters[i].MemoryVersion;
        }

        return sum;
    }

    private bool SameMasks()
    {
        for (var i = 0; i < _masks.Length; i++)
        {
            if (!ReferenceEquals(_masks[i], _network.Norms[i].Mask))
            {
                return false;
            }
        }

        return true;
    }

    internal readonly record struct StepResultsArguments(nint Loss, nint Penalty, nint Correct, nint Fault, nint State);
}
