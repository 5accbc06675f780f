using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>Vectors at equal distances.</summary>
internal readonly unsafe struct EvenRows(float* first, nint step) : IRows
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* At(int row) => first + (row * step);
}
