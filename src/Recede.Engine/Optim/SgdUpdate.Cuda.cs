using System.Runtime.InteropServices;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Optim;

/// <content>
/// The CUDA code: the pieces go to a table in device memory by a copy that is queued, then one launch works through it. The
/// table grows and never shrinks. See kernels/sgd.cu.
/// </content>
internal sealed partial class SgdUpdate
{
    private const int BlockThreads = 256;

    // Blocks that share a piece: see BlockFloats in the kernels.
    private const int PieceBlocks = PieceLength / 4096;

    // Before the pieces: the word that a search answers in.
    private const int HeaderBytes = 64;

    private static readonly CudaKernel<SgdUpdateArguments> UpdateKernel = new("sgd.cu", "sgd_update");
    private static readonly CudaKernel<SgdFiniteArguments> FiniteKernel = new("sgd.cu", "sgd_find_non_finite");

    private readonly int[] _found = new int[1];
    private DeviceBuffer? _table;

    private void ApplyCuda(CudaDevice cuda, bool nesterov)
    {
        if (_count > 0)
        {
            var pieces = UploadPieces(cuda);
            cuda.Launch(UpdateKernel, OverPieces, new SgdUpdateArguments { Pieces = pieces, Nesterov = nesterov ? 1 : 0 });
        }
    }

    // The only wait is for the answer.
    private int FindNonFiniteCuda(CudaDevice cuda)
    {
        if (_count == 0)
        {
            return -1;
        }

        var pieces = UploadPieces(cuda);
        var first = pieces - HeaderBytes;
        _found[0] = int.MaxValue;
        cuda.UploadBytes(MemoryMarshal.AsBytes<int>(_found), first);
        cuda.Launch(FiniteKernel, OverPieces, new SgdFiniteArguments { Pieces = pieces, First = first });
        cuda.DownloadBytes(first, MemoryMarshal.AsBytes(_found.AsSpan()));
        return _found[0] == int.MaxValue ? -1 : _found[0];
    }

    private LaunchGrid OverPieces => new(_count, PieceBlocks, 1, BlockThreads, 1, 0);

    private nint UploadPieces(CudaDevice cuda)
    {
        var bytes = MemoryMarshal.AsBytes<SgdPiece>(_pieces.AsSpan(0, _count));
        if (_table is null || _table.Bytes < HeaderBytes + bytes.Length)
        {
            // The new one first: should there be no memory, the old one still serves.
            var table = cuda.Allocate(HeaderBytes + MemoryMarshal.AsBytes<SgdPiece>(_pieces).Length);
            _table?.Dispose();
            _table = table;
        }

        var pieces = _table.Address + HeaderBytes;
        cuda.UploadBytes(bytes, pieces);
        return pieces;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SgdUpdateArguments
    {
        public nint Pieces;
        public int Nesterov;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SgdFiniteArguments
    {
        public nint Pieces;
        public nint First;
    }
}
