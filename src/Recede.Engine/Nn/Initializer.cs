using Recede.Engine.Core;

namespace Recede.Engine.Nn;

/// <summary>Initial values of parameters. Each parameter draws from a stream of its own, named by its path.</summary>
public static class Initializer
{
    private const int Chunk = 1 << 16;

    /// <summary>Independent normal numbers N(0, <paramref name="deviation"/>).</summary>
    public static void Normal(Parameter parameter, double deviation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var values = new float[parameter.Shape.Count];
        var stream = Philox.StreamOf(parameter.Path);

        // Number i depends on i alone, so the cut among threads does not matter.
        Parallel.For(0, (values.Length + Chunk - 1) / Chunk, chunk =>
        {
            var end = Math.Min(values.Length, (chunk + 1) * Chunk);
            for (var i = chunk * Chunk; i < end; i++)
            {
                values[i] = (float)(deviation * Philox.Normal(seed, stream, (ulong)i));
            }
        });
        parameter.Set(values);
    }

    /// <summary>The same value everywhere.</summary>
    public static void Constant(Parameter parameter, float value)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var values = new float[parameter.Shape.Count];
        Array.Fill(values, value);
        parameter.Set(values);
    }
}
