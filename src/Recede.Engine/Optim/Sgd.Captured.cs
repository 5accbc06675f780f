using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Optim;

/// <content>
/// The update of a captured step. It has a table of its own: what is replayed must find there what it was recorded with,
/// whatever steps ran uncaptured meanwhile.
/// </content>
public sealed partial class Sgd
{
    private SgdUpdate? _captured;

    /// <summary>Lists what a step that ends now would update: the parameters that have a gradient.</summary>
    internal void ListCaptured(CudaDevice device)
    {
        _captured ??= new SgdUpdate(device);
        ListPieces(_captured, withMomentum: true);
    }

    /// <summary>Queues the copy of that list to the device: outside a capture, before what was queued after
    /// <see cref="ListCaptured"/> runs.</summary>
    internal void UploadCaptured(CudaDevice device) => _captured!.UploadPieces(device);

    /// <summary>Queues the update of that list, which follows the learning rate in device memory, and does nothing where a
    /// gradient is not finite or something else was found bad before.</summary>
    /// <param name="device">The device.</param>
    /// <param name="state">Device address of the step's <see cref="StepState"/>.</param>
    internal void QueueCaptured(CudaDevice device, nint state) =>
        _captured!.QueueGuarded(device, Nesterov, state + StepState.LearningRateOffset);
}
