namespace Recede.Engine.Tests.Cuda;

/// <summary>In which order the stand-in runs the blocks of a grid, and the threads of a block between two barriers.</summary>
internal enum StandInOrder
{
    Ascending = 0,
    Descending = 1,
    Shuffled = 2,
}
