using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The sum and its derivative on the CPU, one thread: in double precision, in the order of vectors and channels.</content>
internal static unsafe partial class ScaleVectors
{
    public static void Sum<TTerm>(in CpuOpContext context, TTerm term, double lambda)
        where TTerm : struct, IScaleTerm
    {
        double sum = 0;
        for (var i = 0; i < context.InputCount; i++)
        {
            var w = context.Input(i);
            var channels = context.InputShape(i).C;
            for (var c = 0; c < channels; c++)
            {
                sum += term.Value(w[c]);
            }
        }

        var value = context.Output(0);
        new Span<float>(value, BlockedLayout.Lanes).Clear();
        value[0] = (float)(lambda * sum);
    }

    public static void Differentiate<TTerm>(in CpuOpContext context, TTerm term, double lambda)
        where TTerm : struct, IScaleTerm
    {
        var factor = lambda * context.OutputGradient(0)[0];
        for (var i = 0; i < context.InputCount; i++)
        {
            if (!context.NeedsGradient(i))
            {
                continue;
            }

            var w = context.Input(i);
            var dw = context.InputGradient(i, out var accumulate);
            var channels = context.InputShape(i).C;
            for (var c = 0; c < channels; c++)
            {
                var slope = factor * term.Slope(w[c]);
                dw[c] = accumulate ? (float)(dw[c] + slope) : (float)slope;
            }

            if (!accumulate)
            {
                new Span<float>(dw + channels, BlockedLayout.Padded(channels) - channels).Clear();
            }
        }
    }
}
