using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>Vectors at the same place of some rows; a row beyond the edge of an image is one of zeros.</summary>
internal readonly unsafe struct ListedRows(float** rows, nint place) : IRows
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* At(int row) => rows[row] + place;
}
