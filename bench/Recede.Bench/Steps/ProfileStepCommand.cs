using System.CommandLine;
using System.Globalization;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>profile-step: where the time of a step goes, by op and direction or by layer.</summary>
internal static class ProfileStepCommand
{
    public static Command Create()
    {
        var cases = StepCase.Option(StepCase.All[0].Name);
        var seconds = new Option<double>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 4 };
        var layers = new Option<bool>("--layers") { Description = "A row for every layer, not only for every op." };
        var norm = Commands.Norm();
        var threads = Commands.Threads();
        var winograd = Commands.Winograd();
        var command = new Command("profile-step", "Tells where the time of a training step or of inference goes.")
        {
            cases, seconds, layers, norm, threads, winograd,
        };
        command.SetAction(parsed =>
        {
            using var device = Commands.CpuDevice(parsed.GetValue(threads), parsed.GetValue(winograd));
            foreach (var c in parsed.GetValue(cases)!.Select(StepCase.Of))
            {
                using var network = c.CreateNetwork(device, parsed.GetValue(norm));
                Profile(c, network, parsed.GetValue(seconds), parsed.GetValue(layers));
            }
        });
        return command;
    }

    private static void Profile(StepCase c, Network network, double seconds, bool byLayer)
    {
        using var step = new NetworkStep(network, c.Batch);
        var plain = StepTimer.Median(StepTimer.Measure(c.Trains ? step.Train : step.Infer, seconds / 2));
        var profile = StepProfile.Of(step, c.Trains, seconds / 2);
        var whole = profile.Milliseconds;
        var rows = Rows(profile, Work(network, c.Batch), byLayer);
        if (c.Trains)
        {
            rows.Add(new Row("Sgd", "", "update", 1, profile.UpdateMilliseconds, 0));
        }

        rows.Add(new Row("(between ops)", "", "", 1, whole - rows.Sum(r => r.Milliseconds), 0));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{c.Name}, {network.Cost().MultiplyAdds / 1e6:F1} M multiply-adds an image, {network.Device.Description}: {whole:F2} ms a step over {profile.Steps} steps ({plain:F2} ms the median without the profile)"));
        Print([.. rows.OrderByDescending(r => r.Milliseconds)], whole, byLayer);
    }

    private static List<Row> Rows(StepProfile profile, Dictionary<string, (double Forward, double Backward)> work, bool byLayer)
    {
        var rows = new List<Row>();
        var groups = profile.Ops.GroupBy(op => (op.Name, Layer: byLayer ? op.Layer : "", op.Backward));
        foreach (var group in groups)
        {
            var (op, layer, backward) = group.Key;
            double flops = 0;
            foreach (var sum in group)
            {
                // What follows a layer without a path of its own runs under that layer's name.
                if (op is "Conv2d" or "Linear" && work.TryGetValue(sum.Layer, out var layerWork))
                {
                    flops += backward ? layerWork.Backward : layerWork.Forward;
                }
            }

            rows.Add(new Row(
                op,
                layer,
                backward ? "backward" : "forward",
                group.Sum(s => s.Calls),
                group.Sum(s => s.Milliseconds),
                flops));
        }

        return rows;
    }

    /// <summary>Floating-point operations of each convolution and linear layer: two a multiply-add; backward does the work
    /// twice, for the weights and for the input, but the first layer's input needs no gradient.</summary>
    private static Dictionary<string, (double Forward, double Backward)> Work(Network network, int batch)
    {
        var work = new Dictionary<string, (double, double)>();
        foreach (var layer in network.Trace())
        {
            if (layer.MultiplyAdds > 0)
            {
                var forward = 2.0 * layer.MultiplyAdds * batch;
                work[layer.Layer.Path] = (forward, work.Count == 0 ? forward : 2 * forward);
            }
        }

        return work;
    }

    private static void Print(IReadOnlyList<Row> rows, double whole, bool byLayer)
    {
        var op = Math.Max(3, rows.Max(r => r.Op.Length));
        var layer = byLayer ? Math.Max(6, rows.Max(r => r.Layer.Length)) + 1 : 0;
        Console.WriteLine($"{"op".PadRight(op)} {(byLayer ? "layer ".PadRight(layer) : "")}{"direction",-9} {"calls",7} {"ms",9} {"share",7} {"GFLOP/s",8}");
        foreach (var row in rows)
        {
            var rate = row.Flops > 0 ? (row.Flops / row.Milliseconds / 1e6).ToString("F0", CultureInfo.InvariantCulture) : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Op.PadRight(op)} {(byLayer ? row.Layer.PadRight(layer) : "")}{row.Direction,-9} {row.Calls,7:0.#} {row.Milliseconds,9:F3} {row.Milliseconds / whole,7:P1} {rate,8}"));
        }
    }

    private sealed record Row(string Op, string Layer, string Direction, double Calls, double Milliseconds, double Flops);
}
