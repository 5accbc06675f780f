namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Hands out parts of a workspace, each aligned to 64 bytes. Started at null it only counts, so that the same code says how
/// much a computation needs.
/// </summary>
internal unsafe struct WorkspaceCursor(float* start)
{
    private readonly float* _start = start;

    /// <summary>The floats handed out.</summary>
    public long Floats { get; private set; }

    public float* Take(long floats)
    {
        float* part = _start == null ? null : _start + Floats;
        Floats += (floats + Simd.Lanes - 1) / Simd.Lanes * Simd.Lanes;
        return part;
    }
}
