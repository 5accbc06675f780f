using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Optim;

/// <content>The CPU's code: one pass over value, gradient and momentum.</content>
internal sealed partial class SgdUpdate
{
    private byte[] _nonFinite = [];

    private unsafe void ApplyCpu(WorkerPool pool, float learningRate, bool nesterov)
    {
        fixed (SgdPiece* pieces = _pieces)
        {
            var job = new UpdateJob { Pieces = pieces, LearningRate = learningRate, Nesterov = nesterov };
            pool.Run(ref job, _count);
        }
    }

    private unsafe int FindNonFiniteCpu(WorkerPool pool)
    {
        if (_nonFinite.Length < _count)
        {
            _nonFinite = new byte[_pieces.Length];
        }

        fixed (SgdPiece* pieces = _pieces)
        fixed (byte* found = _nonFinite)
        {
            var job = new FiniteJob { Pieces = pieces, NonFinite = found };
            pool.Run(ref job, _count);
        }

        return _nonFinite.AsSpan(0, _count).IndexOf((byte)1);
    }

    private unsafe struct UpdateJob : IParallelJob
    {
        public SgdPiece* Pieces;
        public float LearningRate;
        public bool Nesterov;

        public readonly void Run(int item, int worker)
        {
            switch (Simd.Level)
            {
                case SimdLevel.Vector512:
                    Update<V512>(Pieces[item]);
                    break;
                case SimdLevel.Vector256:
                    Update<V256>(Pieces[item]);
                    break;
                default:
                    Update<V1>(Pieces[item]);
                    break;
            }
        }

        private readonly void Update<TV>(in SgdPiece piece)
            where TV : unmanaged, ISimd<TV>
        {
            var w = (float*)piece.Value;
            var dw = (float*)piece.Gradient;
            var v = (float*)piece.Velocity;
            var rate = TV.Broadcast(-(LearningRate * piece.LearningRateScale));
            var decay = TV.Broadcast(piece.WeightDecay);
            var momentum = TV.Broadcast(piece.Momentum);
            for (var i = 0; i < piece.Count; i += TV.Count)
            {
                var value = TV.Load(w + i);
                var step = TV.Fma(decay, value, TV.Load(dw + i));
                if (v is not null)
                {
                    var velocity = TV.Fma(momentum, TV.Load(v + i), step);
                    TV.Store(velocity, v + i);
                    step = Nesterov ? TV.Fma(momentum, velocity, step) : velocity;
                }

                TV.Store(TV.Fma(rate, step, value), w + i);
            }
        }
    }

    private unsafe struct FiniteJob : IParallelJob
    {
        public SgdPiece* Pieces;
        public byte* NonFinite;

        public readonly void Run(int item, int worker) => NonFinite[item] = Simd.Level switch
        {
            SimdLevel.Vector512 => HasNonFinite<V512>(Pieces[item]),
            SimdLevel.Vector256 => HasNonFinite<V256>(Pieces[item]),
            _ => HasNonFinite<V1>(Pieces[item]),
        };

        // Zero times a finite number is a zero, times anything else a NaN, and a sum keeps a NaN.
        private static byte HasNonFinite<TV>(in SgdPiece piece)
            where TV : unmanaged, ISimd<TV>
        {
            var dw = (float*)piece.Gradient;
            var zeros = TV.Zero;
            for (var i = 0; i < piece.Count; i += TV.Count)
            {
                zeros = TV.Fma(TV.Load(dw + i), TV.Zero, zeros);
            }

            return TV.Sum(zeros) == 0 ? (byte)0 : (byte)1;
        }
    }
}
