using System.CommandLine;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>A step to time: a network, a batch, and whether it trains.</summary>
/// <param name="Name">"vgg16_bs64_train".</param>
/// <param name="Network">The network's name in <see cref="Networks"/>.</param>
/// <param name="Options">Images and classes.</param>
/// <param name="Pruned">Percent of its channels that are pruned: which widths of <see cref="PrunedWidths"/> it has. 0 for none.</param>
/// <param name="Batch">Images.</param>
/// <param name="Trains">A training step, or inference.</param>
internal sealed record StepCase(string Name, string Network, NetworkOptions Options, int Pruned, int Batch, bool Trains)
{
    private const string FileName = "cases.json";

    /// <summary>All of bench/cases.json, which the peer's side reads too.</summary>
    public static IReadOnlyList<StepCase> All { get; } = Read();

    /// <summary>The case of a name.</summary>
    public static StepCase Of(string name) => All.Single(c => c.Name == name);

    /// <summary>An option that names cases, with those it means when it is left out.</summary>
    public static Option<string[]> Option(params string[] byDefault)
    {
        var option = new Option<string[]>("--case")
        {
            Description = $"The steps, of bench/cases.json; {(byDefault.Length == 0 ? "all" : string.Join(' ', byDefault))} when left out.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => byDefault.Length == 0 ? [.. All.Select(c => c.Name)] : byDefault,
        };
        option.AcceptOnlyFromAmong([.. All.Select(c => c.Name)]);
        return option;
    }

    /// <summary>Makes its network, pruned where the case says so.</summary>
    public Network CreateNetwork(Device device, Norm norm)
    {
        var network = Networks.Create(Network, device, Options with { Norm = norm, Seed = 1 });
        if (Pruned != 0)
        {
            PrunedWidths.Apply(network, Pruned);
        }

        return network;
    }

    private static List<StepCase> Read()
    {
        using var document = EmbeddedFile.Json(FileName);
        var cases = new List<StepCase>();
        foreach (var entry in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var side = entry.GetProperty("side").GetInt32();
            var options = new NetworkOptions { Height = side, Width = side, Classes = entry.GetProperty("classes").GetInt32() };
            foreach (var kind in (string[])["train", "infer"])
            {
                // A goal says that it is a case.
                if (entry.TryGetProperty(kind, out _))
                {
                    cases.Add(new StepCase(
                        $"{entry.GetProperty("name").GetString()}_{kind}",
                        entry.GetProperty("network").GetString()!,
                        options,
                        entry.TryGetProperty("pruned", out var pruned) ? pruned.GetInt32() : 0,
                        entry.GetProperty("batch").GetInt32(),
                        Trains: kind == "train"));
                }
            }
        }

        return cases;
    }
}
