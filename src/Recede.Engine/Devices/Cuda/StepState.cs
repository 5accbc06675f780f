using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// What differs from one replay of a captured step to the next, and what the host reads of it: a block of device memory, since
/// a captured launch has its arguments once and for all. The same, field by field, as in kernels/step.cu.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StepState
{
    /// <summary>What <see cref="Bad"/> says when nothing is.</summary>
    public const int NoneBad = int.MaxValue;

    /// <summary>Number of the step.</summary>
    public ulong Step;

    /// <summary>Number of the epoch.</summary>
    public ulong Epoch;

    /// <summary>Learning rate; from here on as the optimiser's kernels see it.</summary>
    public float LearningRate;

    /// <summary>Lowered where a number is not finite: the update then does nothing.</summary>
    public int Bad;

    /// <summary>The loss.</summary>
    public float Loss;

    /// <summary>The penalty.</summary>
    public float Penalty;

    /// <summary>Images that were classified rightly.</summary>
    public float Correct;

    /// <summary>Fills the size up.</summary>
    public int Unused;

    /// <summary>Bytes from the start to <see cref="Epoch"/>.</summary>
    public static int EpochOffset => 8;

    /// <summary>Bytes from the start to <see cref="LearningRate"/>.</summary>
    public static int LearningRateOffset => 16;
}
