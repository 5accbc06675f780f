using System.Diagnostics;

namespace Recede.Bench.Steps;

/// <summary>Where the time of a step goes: its ops, the update, and all between.</summary>
/// <param name="Steps">Steps that were run.</param>
/// <param name="Milliseconds">Time of one.</param>
/// <param name="UpdateMilliseconds">Time of its update.</param>
/// <param name="Ops">Time and calls of each op in one step, by op, layer and direction.</param>
internal sealed record StepProfile(int Steps, double Milliseconds, double UpdateMilliseconds, IReadOnlyList<StepProfile.Op> Ops)
{
    /// <summary>Runs a step, warm already, again and again.</summary>
    public static StepProfile Of(NetworkStep step, bool trains, double seconds)
    {
        var profile = new OpProfile();
        step.Tape.Observer = profile;
        double update = 0;
        var steps = 0;
        var began = Stopwatch.GetTimestamp();
        while (steps == 0 || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            if (trains)
            {
                step.Differentiate();
                var from = Stopwatch.GetTimestamp();
                step.Update();
                update += Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            }
            else
            {
                step.Infer();
            }

            steps++;
        }

        var whole = Stopwatch.GetElapsedTime(began).TotalMilliseconds / steps;
        step.Tape.Observer = null;
        return new StepProfile(
            steps,
            whole,
            update / steps,
            [.. profile.Sums.Select(s => new Op(s.Op, s.Layer, s.Backward, s.Milliseconds / steps, (double)s.Calls / steps))]);
    }

    /// <summary>An op, of one layer and direction.</summary>
    internal sealed record Op(string Name, string Layer, bool Backward, double Milliseconds, double Calls);
}
