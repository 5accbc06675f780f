namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>Where the vectors lie that a transform along one axis reads.</summary>
internal unsafe interface IRows
{
    float* At(int row);
}
