using System.Runtime.InteropServices;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Optim;

/// <content>
/// The CUDA code: the pieces go to a table in device memory by a copy that is queued, then one launch works through it. What
/// changes from step to step stands in front of the table, or in a captured step's own block. The table grows and never
/// shrinks. See kernels/sgd.cu.
/// </content>
internal sealed partial class SgdUpdate
{
    private const int BlockThreads = 256;

    // Blocks that share a piece: see BlockFloats in the kernels.
    private const int PieceBlocks = PieceLength / 4096;

    // Before the pieces: the state.
    private const int HeaderBytes = 64;

    private static readonly CudaKernel<SgdUpdateArguments> UpdateKernel = new("sgd.cu", "sgd_update");
    private static readonly CudaKernel<SgdFiniteArguments> FiniteKernel = new("sgd.cu", "sgd_find_non_finite");

    private readonly State[] _state = new State[1];
    private DeviceBuffer? _table;

    private LaunchGrid OverPieces => new(_count, PieceBlocks, 1, BlockThreads, 1, 0);

    /// <summary>Makes room on the device for all pieces that are listed.</summary>
    public void Reserve(CudaDevice cuda)
    {
        if (_table is null || _table.Bytes < HeaderBytes + MemoryMarshal.AsBytes<SgdPiece>(_pieces.AsSpan(0, _count)).Length)
        {
            // The new one first: should there be no memory, the old one still serves.
            var table = cuda.Allocate(HeaderBytes + MemoryMarshal.AsBytes<SgdPiece>(_pieces).Length, "optimiser's table");
            _table?.Dispose();
            _table = table;
        }
    }

    /// <summary>Queues the copy of the pieces to the device.</summary>
    public void UploadPieces(CudaDevice cuda)
    {
        Reserve(cuda);
        cuda.UploadBytes(MemoryMarshal.AsBytes<SgdPiece>(_pieces.AsSpan(0, _count)), _table!.Address + HeaderBytes);
    }

    /// <summary>
    /// Queues, in a step that may be captured, a look for gradients that are not finite and then an update that does nothing
    /// where something is bad. There is room for the pieces, and their copy is the caller's to queue.
    /// </summary>
    /// <param name="cuda">The device.</param>
    /// <param name="nesterov">Whether the momentum is Nesterov's.</param>
    /// <param name="state">Device address of a <see cref="State"/>.</param>
    public void QueueGuarded(CudaDevice cuda, bool nesterov, nint state)
    {
        Reserve(cuda);
        if (_count > 0)
        {
            QueueFiniteCheck(cuda, state);
            QueueUpdate(cuda, nesterov, state);
        }
    }

    private void ApplyCuda(CudaDevice cuda, float learningRate, bool nesterov)
    {
        if (_count > 0)
        {
            UploadPieces(cuda);
            QueueUpdate(cuda, nesterov, UploadState(cuda, learningRate));
        }
    }

    // The only wait is for the answer.
    private int FindNonFiniteCuda(CudaDevice cuda)
    {
        if (_count == 0)
        {
            return -1;
        }

        UploadPieces(cuda);
        var state = UploadState(cuda, 0);
        QueueFiniteCheck(cuda, state);
        cuda.DownloadBytes(state, MemoryMarshal.AsBytes(_state.AsSpan()));
        return _state[0].Bad == StepState.NoneBad ? -1 : _state[0].Bad;
    }

    private nint UploadState(CudaDevice cuda, float learningRate)
    {
        _state[0] = new State { LearningRate = learningRate, Bad = StepState.NoneBad };
        cuda.UploadBytes(MemoryMarshal.AsBytes<State>(_state), _table!.Address);
        return _table.Address;
    }

    private void QueueFiniteCheck(CudaDevice cuda, nint state) => cuda.Launch(
        FiniteKernel,
        OverPieces,
        new SgdFiniteArguments { Pieces = _table!.Address + HeaderBytes, First = state + State.BadOffset });

    private void QueueUpdate(CudaDevice cuda, bool nesterov, nint state) => cuda.Launch(
        UpdateKernel,
        OverPieces,
        new SgdUpdateArguments { Pieces = _table!.Address + HeaderBytes, State = state, Nesterov = nesterov ? 1 : 0 });

    /// <summary>What the kernels read of a step, as they lie in <see cref="StepState"/>; SgdState in kernels/sgd.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct State
    {
        public const int BadOffset = sizeof(float);

        public float LearningRate;
        public int Bad;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SgdUpdateArguments
    {
        public nint Pieces;
        public nint State;
        public int Nesterov;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SgdFiniteArguments
    {
        public nint Pieces;
        public nint First;
    }
}
