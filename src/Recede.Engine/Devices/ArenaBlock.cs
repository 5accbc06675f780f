namespace Recede.Engine.Devices;

/// <summary>A piece of a <see cref="StepArena"/>.</summary>
/// <param name="Address">Device address, 64-byte aligned.</param>
/// <param name="Bytes">Size.</param>
public readonly record struct ArenaBlock(nint Address, long Bytes)
{
    /// <summary>True for a block that was rented.</summary>
    public bool IsRented => Address != 0;
}
