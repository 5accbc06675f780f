namespace Recede.Engine.Devices.Cuda;

/// <summary>Tells what a kernel wrote into <see cref="CudaDevice.FaultWord"/>.</summary>
internal static class FaultReport
{
    private const int KindShift = 56;
    private const int RowShift = 32;
    private const int RowMask = 0xFFFFFF;

    /// <summary>The exception of a fault.</summary>
    public static ArgumentException Of(ulong word)
    {
        var kind = (CudaFault)(word >> KindShift);
        var row = (int)(word >> RowShift) & RowMask;
        var value = (int)word;
        return kind switch
        {
            CudaFault.LabelOutOfRange => new ArgumentException($"CrossEntropy: the label of row {row} is {value}, which is no class of the logits."),
            _ => new ArgumentException($"A kernel reported bad values of an unknown kind: 0x{word:X16}."),
        };
    }
}
