namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>Whether a 3x3 convolution of stride 1 goes by Winograd's tiles.</summary>
internal enum WinogradTiles
{
    /// <summary>With the tiles that take the fewest operations, or directly where that takes fewer still.</summary>
    WhereFaster,

    /// <summary>Directly.</summary>
    Off,

    /// <summary>F(2x2, 3x3) wherever it is possible.</summary>
    F2,

    /// <summary>F(4x4, 3x3) wherever it is possible.</summary>
    F4,
}
