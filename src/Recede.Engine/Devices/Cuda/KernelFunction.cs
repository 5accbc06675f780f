namespace Recede.Engine.Devices.Cuda;

/// <summary>A kernel that is loaded on a device.</summary>
internal sealed class KernelFunction(nint handle)
{
    /// <summary>What the driver calls it.</summary>
    public nint Handle { get; } = handle;

    /// <summary>The dynamic shared memory that a launch may ask for; more has to be asked of the driver first.</summary>
    public int SharedLimit { get; set; } = 48 << 10;
}
