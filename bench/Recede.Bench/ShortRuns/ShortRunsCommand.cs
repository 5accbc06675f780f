using System.CommandLine;
using Recede.Engine;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer;

namespace Recede.Bench.ShortRuns;

/// <summary>short-runs: the study of the method in short runs, beside bench/peer/short_runs.py.</summary>
internal static class ShortRunsCommand
{
    private const string Embedded = "embedded";
    private static readonly string[] Augmentation = ["auto", "on", "off"];
    private static readonly string[] Methods = ["bounded", "l1", "uniform", "random"];

    public static Command Create()
    {
        var network = new Option<string>("--network") { Description = "The network.", DefaultValueFactory = _ => "vgg-small" };
        network.AcceptOnlyFromAmong([.. Networks.Names]);
        var dataset = new Option<string>("--data")
        {
            Description = "A folder of IDX or CIFAR files, fashion-mnist (where Debian's package puts it), or embedded.",
            DefaultValueFactory = _ => Embedded,
        };
        var train = Number("--train-images", "Training images, the first in the files' order; 0 for all.", 10_000);
        var test = Number("--test-images", "Test images, likewise.", 2_000);
        var methods = Commands.List("--methods", "bounded, l1, uniform, random.", Methods);
        methods.Validators.Add(result =>
        {
            foreach (var method in result.GetValueOrDefault<string[]>().Except(Methods))
            {
                result.AddError($"--methods: there is no method '{method}'; there are {string.Join(", ", Methods)}.");
            }
        });
        var seeds = Commands.List("--seeds", "Seeds.", [1, 2, 3]);
        var ratios = Commands.List("--ratios", "Shares of the channels to prune.", [0.5, 0.7, 0.8, 0.9]);
        var epochs = Number("--epochs", "Epochs of training.", 8);
        var finetune = Number("--finetune-epochs", "Epochs of fine-tuning.", 3);
        var rate = Number("--rate", "Learning rate at the start; falls by cosine.", 0.1f);
        var finetuneRate = Number("--finetune-rate", "Learning rate at the start of fine-tuning; falls by cosine.", 0.05f);
        var batch = Number("--batch", "Images a step.", 64);
        var decay = Number("--weight-decay", "Weight decay, but for bounded scales.", 1e-4f);
        var lambda = Number("--lambda", "Strength of the polarising penalty.", 0.1f);
        var shift = Number("--shift", "b of the polarising penalty.", 3f);
        var l1 = Number("--l1-lambda", "Strength of the L1 penalty.", 0.01f);
        var augment = new Option<string>("--augment")
        {
            Description = "Random crop and flip: auto is on for colour images.",
            DefaultValueFactory = _ => Augmentation[0],
        };
        augment.AcceptOnlyFromAmong(Augmentation);
        var threads = Commands.Threads();
        var json = new Option<string?>("--json") { Description = "Write the results here, after every run." };
        var peer = Commands.List<string>("--peer", "Files of bench/peer/short_runs.py to put beside the results.", []);
        var from = Commands.List<string>("--from", "Train nothing: make the tables of these files of earlier runs.", []);
        var command = new Command("short-runs", "Trains, prunes and fine-tunes in short runs, and makes the table of it.")
        {
            network, dataset, train, test, methods, seeds, ratios, epochs, finetune, rate, finetuneRate, batch, decay, lambda,
            shift, l1, augment, threads, json, peer, from,
        };
        command.SetAction(parsed =>
        {
            var peers = parsed.GetValue(peer)!.SelectMany(path => ShortRunFile.Read(path).Runs).ToArray();
            var runs = parsed.GetValue(from)!.SelectMany(path => ShortRunFile.Read(path).Runs).ToList();
            if (runs.Count == 0)
            {
                var data = Open(parsed.GetValue(dataset)!, parsed.GetValue(train), parsed.GetValue(test));
                var options = new ShortRunOptions
                {
                    Network = parsed.GetValue(network)!,
                    Dataset = data.Name,
                    Train = data.Train.Count,
                    Test = data.Test.Count,
                    Method = [.. parsed.GetValue(methods)!.Select(m => Enum.Parse<PruningMethod>(m, ignoreCase: true))],
                    Seeds = parsed.GetValue(seeds)!,
                    Ratios = parsed.GetValue(ratios)!,
                    Epochs = parsed.GetValue(epochs),
                    FinetuneEpochs = parsed.GetValue(finetune),
                    Rate = parsed.GetValue(rate),
                    FinetuneRate = parsed.GetValue(finetuneRate),
                    Batch = parsed.GetValue(batch),
                    WeightDecay = parsed.GetValue(decay),
                    Lambda = parsed.GetValue(lambda),
                    Shift = parsed.GetValue(shift),
                    L1Lambda = parsed.GetValue(l1),
                    Augmenting = parsed.GetValue(augment) is "on" || (parsed.GetValue(augment) is "auto" && data.Train.Channels > 1),
                };
                runs = Execute(options, data, parsed.GetValue(threads), parsed.GetValue(json));
            }

            ShortRunTable.Write(runs, peers, Console.Out);
        });
        return command;
    }

    private static List<ShortRunFile.Run> Execute(ShortRunOptions options, DatasetPair data, int? threads, string? json)
    {
        var file = new ShortRunFile
        {
            Recede = EngineInfo.Version,
            Recipe = ShortRunFile.Describe(options),
            TrainImages = data.Train.Count,
            TestImages = data.Test.Count,
        };
        using var device = Device.Cpu(threads);
        new ShortRunStudy(options, data, device).Execute(file, () =>
        {
            if (json is not null)
            {
                file.Write(json);
            }
        });
        return file.Runs;
    }

    private static DatasetPair Open(string name, int train, int test)
    {
        var data = name == Embedded ? EmbeddedFashionMnist.Open() : DatasetCatalog.Open(name);
        return new DatasetPair(First(data.Train, train), First(data.Test, test));

        static IImageDataset First(IImageDataset images, int count) =>
            count == 0 || count >= images.Count ? images : images.Subset(count);
    }

    private static Option<T> Number<T>(string name, string description, T byDefault) =>
        new(name) { Description = description, DefaultValueFactory = _ => byDefault };
}
