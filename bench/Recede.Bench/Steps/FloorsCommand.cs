using System.CommandLine;
using System.Globalization;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>floors: what each op of a step could take at least on this machine, and what it takes.</summary>
internal static class FloorsCommand
{
    private const string CrossEntropy = "CrossEntropy";

    public static Command Create()
    {
        var cases = StepCase.Option(StepCase.All[0].Name);
        var seconds = new Option<double>("--seconds") { Description = "How long a step is measured.", DefaultValueFactory = _ => 4 };
        var threads = Commands.Threads();
        var winograd = Commands.Winograd();
        var totals = new Option<bool>("--totals") { Description = "Measure the machine only, and print a line of JSON a step: the sum of its floors." };
        var command = new Command("floors", "Each op's floor (multiply-adds over peak, bytes over bandwidth), measured time and gap.")
        {
            cases, seconds, threads, winograd, totals,
        };
        command.SetAction(parsed =>
        {
            using var device = Commands.CpuDevice(parsed.GetValue(threads), parsed.GetValue(winograd));
            var ceilings = Ceilings.Measure(device);
            foreach (var c in parsed.GetValue(cases)!.Select(StepCase.Of))
            {
                using var network = c.CreateNetwork(device, Norm.Plain);
                var works = OpWork.Of(network, c.Batch, c.Trains);
                if (parsed.GetValue(totals))
                {
                    var sum = works.Sum(work => work.FloorMilliseconds(ceilings));
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $$"""{"case":"{{c.Name}}","side":"{{PeerStepCommand.Side(device)}}","floor_ms":{{sum:F4}},"threads":{{device.Pool.Threads}}}"""));
                    continue;
                }

                using var step = new NetworkStep(network, c.Batch);
                StepTimer.WarmUp(c.Trains ? step.Train : step.Infer);
                var profile = StepProfile.Of(step, c.Trains, parsed.GetValue(seconds));
                Console.WriteLine(Title(c, device, ceilings, works, profile));
                Console.WriteLine();
                MarkdownTable.Print(Console.Out, ["op", "direction", "times", "M multiply-adds", "M operations", "MiB", "bound by", "floor ms", "measured ms", "gap"], Rows(works, profile, ceilings));
                Console.WriteLine();
            }
        });
        return command;
    }

    /// <summary>The table's rows: ops that differ in nothing but their place are one row, with the sums of all of them.</summary>
    internal static IReadOnlyList<string[]> Rows(IReadOnlyList<OpWork> works, StepProfile profile, Ceilings ceilings)
    {
        var measured = profile.Ops.GroupBy(op => (Name: NameOf(op), op.Backward)).ToDictionary(g => g.Key, g => g.Sum(op => op.Milliseconds));
        measured[(OpWork.Update, false)] = profile.UpdateMilliseconds;
        var rows = new List<string[]>();
        foreach (var group in works.GroupBy(work => (work.Kind, work.Backward)))
        {
            var floor = group.Sum(work => work.FloorMilliseconds(ceilings));
            var time = group.Sum(work => measured.GetValueOrDefault((work.Name, work.Backward)));
            var (products, operations, bytes) = (group.Sum(work => work.MultiplyAdds), group.Sum(work => work.Operations), group.Sum(work => work.Bytes));
            rows.Add([
                group.Key.Kind,
                group.Key.Backward ? "backward" : "forward",
                Text($"{group.Count()}"),
                products > 0 ? Text($"{products / 1e6:F1}") : "",
                products > 0 ? Text($"{operations / 1e6:F1}") : "",
                Text($"{bytes / (1 << 20):F1}"),
                operations / ceilings.MultiplyAdds > bytes / ceilings.Bytes ? "peak" : "bandwidth",
                Text($"{floor:F3}"),
                Text($"{time:F3}"),
                time > 0 ? Text($"{time / floor:F1}") : ""
            ]);
        }

        var floors = works.Sum(work => work.FloorMilliseconds(ceilings));
        var known = works.Sum(work => measured.GetValueOrDefault((work.Name, work.Backward)));
        rows.Add(["all else", "", "", "", "", "", "", "", Text($"{profile.Milliseconds - known:F3}"), ""]);
        rows.Add(["the step", "", "", "", "", "", "", Text($"{floors:F3}"), Text($"{profile.Milliseconds:F3}"), Text($"{profile.Milliseconds / floors:F1}")]);
        return rows;
    }

    // An op without a layer of its own runs under the path of the layer before it.
    private static string NameOf(StepProfile.Op op) => op.Name is OpWork.Images or CrossEntropy ? op.Name : op.Layer;

    private static string Title(StepCase c, CpuDevice device, Ceilings ceilings, IReadOnlyList<OpWork> works, StepProfile profile) => Text(
        $"{c.Name}, {device.Description}: peak {2e-9 * ceilings.MultiplyAdds:F0} GFLOP/s, {1e-9 * ceilings.Bytes:F1} GB/s; {works.Count} ops, {profile.Steps} steps");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
