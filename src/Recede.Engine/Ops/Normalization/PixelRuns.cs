using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>Walks a part of the pixels of a block of channels in runs that are contiguous in memory (16 floats a pixel) and
/// short enough that a run's sum in single precision rounds little.</summary>
internal struct PixelRuns
{
    private const int LongestRun = 1024;

    private readonly long _imageStride;
    private readonly int _plane;
    private long _image;
    private long _left;
    private int _at;

    public PixelRuns(in NormCut cut, int block, long first, long pixels)
    {
        _plane = cut.Plane;
        _imageStride = (long)cut.Blocks * cut.Plane * Simd.Lanes;
        _image = (first / Math.Max(_plane, 1) * _imageStride) + ((long)block * _plane * Simd.Lanes);
        _at = (int)(first % Math.Max(_plane, 1));
        _left = pixels;
        Offset = 0;
        Length = 0;
    }

    /// <summary>Floats from the tensor's start to the run.</summary>
    public long Offset { get; private set; }

    /// <summary>Pixels of the run.</summary>
    public int Length { get; private set; }

    public bool MoveNext()
    {
        if (_left <= 0)
        {
            return false;
        }

        Length = (int)Math.Min(Math.Min(_plane - _at, LongestRun), _left);
        Offset = _image + ((long)_at * Simd.Lanes);
        _left -= Length;
        _at += Length;
        if (_at == _plane)
        {
            _at = 0;
            _image += _imageStride;
        }

        return true;
    }
}
