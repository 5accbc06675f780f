namespace Recede.Engine.Devices.Cpu;

/// <summary>The second stage of a two-stage sum: the parts, added in order.</summary>
internal static unsafe class SumParts
{
    private const int FloatsPerItem = 4096;

    /// <summary>
    /// target[i] = (accumulate ? target[i] : 0) + parts[0][i] + parts[1][i] + ...; <paramref name="length"/> is a multiple of 16.
    /// </summary>
    public static void Run<TV>(WorkerPool pool, float* parts, int count, long length, float* target, bool accumulate)
        where TV : unmanaged, ISimd<TV>
    {
        var job = new Job<TV> { Parts = parts, Count = count, Length = length, Target = target, Accumulate = accumulate };
        pool.Run(ref job, checked((int)((length + FloatsPerItem - 1) / FloatsPerItem)));
    }

    private struct Job<TV> : IParallelJob
        where TV : unmanaged, ISimd<TV>
    {
        public float* Parts;
        public int Count;
        public long Length;
        public float* Target;
        public bool Accumulate;

        public readonly void Run(int item, int worker)
        {
            long end = Math.Min(Length, (item + 1L) * FloatsPerItem);
            for (long i = (long)item * FloatsPerItem; i < end; i += TV.Count)
            {
                TV sum = TV.Load(Parts + i);
                for (int part = 1; part < Count; part++)
                {
                    sum += TV.Load(Parts + (part * Length) + i);
                }

                TV.Store(Accumulate ? TV.Load(Target + i) + sum : sum, Target + i);
            }
        }
    }
}
