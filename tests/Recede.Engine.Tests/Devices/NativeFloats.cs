using System.Runtime.InteropServices;

namespace Recede.Engine.Tests.Devices;

/// <summary>Floats outside the managed heap, aligned to 64 bytes, with guards on both sides.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const int Guard = 64;
    private const float GuardValue = 12345.678f;
    private readonly float* _start;

    public NativeFloats(long length, float fill = float.NaN)
    {
        Length = length;
        _start = (float*)NativeMemory.AlignedAlloc((nuint)((length + (2 * Guard)) * sizeof(float)), 64);
        for (long i = -Guard; i < length + Guard; i++)
        {
            Pointer[i] = i >= 0 && i < length ? fill : GuardValue;
        }
    }

    public long Length { get; }

    public float* Pointer => _start + Guard;

    public Span<float> Span => new(Pointer, checked((int)Length));

    public void AssertGuards(string what)
    {
        for (long i = 0; i < Guard; i++)
        {
            if (Pointer[-1 - i] != GuardValue || Pointer[Length + i] != GuardValue)
            {
                Assert.Fail($"{what}: written outside, {i} floats from an end");
            }
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_start);
}
