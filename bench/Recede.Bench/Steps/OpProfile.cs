using System.Diagnostics;
using Recede.Engine.Core;

namespace Recede.Bench.Steps;

/// <summary>Times every op of a tape, summed by op, layer and direction.</summary>
internal sealed class OpProfile : ITapeObserver
{
    private readonly Dictionary<(string Op, string Layer, bool Backward), (long Ticks, int Calls)> _sums = [];
    private long _from;

    /// <summary>What was measured: milliseconds and calls in all.</summary>
    public IEnumerable<(string Op, string Layer, bool Backward, double Milliseconds, int Calls)> Sums => _sums.Select(
        s => (s.Key.Op, s.Key.Layer, s.Key.Backward, 1e3 * s.Value.Ticks / Stopwatch.Frequency, s.Value.Calls));

    public void BeforeOp(OpRule rule, string scope, bool backward) => _from = Stopwatch.GetTimestamp();

    public void AfterOp(OpRule rule, string scope, bool backward)
    {
        var ticks = Stopwatch.GetTimestamp() - _from;
        var key = (rule.Name, scope, backward);
        var (sum, calls) = _sums.GetValueOrDefault(key);
        _sums[key] = (sum + ticks, calls + 1);
    }
}
