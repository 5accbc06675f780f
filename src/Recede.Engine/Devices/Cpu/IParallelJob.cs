namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Work that <see cref="WorkerPool.Run{TJob}(ref TJob, int)"/> spreads over threads: an unmanaged value with
/// its arguments, so that starting it allocates nothing.
/// </summary>
public interface IParallelJob
{
    /// <summary>
    /// Does one item. Items run in any order and at the same time, so each writes only what is its own.
    /// </summary>
    /// <param name="item">Which item, from 0.</param>
    /// <param name="worker">
    /// Who runs it, from 0 to <see cref="WorkerPool.Threads"/> - 1: no two items run at the same time under one
    /// number, so it can index scratch memory. What an item computes must not depend on it.
    /// </param>
    void Run(int item, int worker);
}
