using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

/// <summary>A source whose images are their indices, which can be told to fail, to wait and to measure.</summary>
internal sealed class FakeSource : IImageSource
{
    private long _allocatedBefore = -1;

    public string Name => "fake";

    public int Count { get; init; } = 100;

    public int Height { get; init; } = 1;

    public int Width { get; init; } = 1;

    public int Channels { get; init; } = 1;

    /// <summary>Called with the number of the read, from 0, before it is served.</summary>
    public Action<int>? BeforeRead { get; set; }

    /// <summary>How many reads were asked for.</summary>
    public int Reads { get; private set; }

    /// <summary>The most bytes that the reading thread allocated between two reads.</summary>
    public long LargestAllocation { get; private set; }

    /// <summary>Whether to record allocations.</summary>
    public bool Measure { get; set; }

    public void Read(ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (Measure && _allocatedBefore >= 0)
        {
            LargestAllocation = Math.Max(LargestAllocation, allocated - _allocatedBefore);
        }

        int read = Reads++;
        BeforeRead?.Invoke(read);
        for (int i = 0; i < indices.Length; i++)
        {
            images[i] = (byte)indices[i];
            labels[i] = indices[i] % 10;
        }

        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
    }
}
