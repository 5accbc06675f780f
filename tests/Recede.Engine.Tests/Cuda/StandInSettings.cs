using System.Runtime.InteropServices;

namespace Recede.Engine.Tests.Cuda;

/// <summary>How the stand-in behaves; field by field as struct Settings in driver.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct StandInSettings()
{
    private int _order = 0;
    private int _seed = 1;
    private int _lazy = 1;
    private int _instrumented = 1;
    private int _devices = 1;
    private int _computeMajor = 8;
    private int _computeMinor = 0;
    private int _driverVersion = 12080;
    private long _memoryBytes = 4L << 30;

    /// <summary>In which order threads run.</summary>
    public StandInOrder Order
    {
        readonly get => (StandInOrder)_order;
        set => _order = (int)value;
    }

    /// <summary>Seed of the shuffled order.</summary>
    public int Seed
    {
        readonly get => _seed;
        set => _seed = value;
    }

    /// <summary>Whether queued work runs only when something waits for it, rather than when it is queued.</summary>
    public bool Lazy
    {
        readonly get => _lazy != 0;
        set => _lazy = value ? 1 : 0;
    }

    /// <summary>Whether kernels that are compiled from now on have every access checked, which takes several times as long.</summary>
    public bool Instrumented
    {
        readonly get => _instrumented != 0;
        set => _instrumented = value ? 1 : 0;
    }

    /// <summary>Number of GPUs.</summary>
    public int Devices
    {
        readonly get => _devices;
        set => _devices = value;
    }

    /// <summary>The GPU's architecture, such as (8, 0).</summary>
    public (int Major, int Minor) ComputeCapability
    {
        readonly get => (_computeMajor, _computeMinor);
        set => (_computeMajor, _computeMinor) = value;
    }

    /// <summary>Version of the driver and of NVRTC, such as 12080.</summary>
    public int DriverVersion
    {
        readonly get => _driverVersion;
        set => _driverVersion = value;
    }

    /// <summary>Memory of the GPU.</summary>
    public long MemoryBytes
    {
        readonly get => _memoryBytes;
        set => _memoryBytes = value;
    }
}
