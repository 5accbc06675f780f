using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>What Golden/*.safetensors hold: networks whose every value follows from its place, so that no training is needed to tell them.</summary>
internal static class GoldenCheckpoints
{
    public const string Plain = "plain.safetensors";
    public const string Pruned = "bounded-pruned.safetensors";
    public const string Own = "own-layer.safetensors";

    private const int Size = 6;
    private const int Classes = 3;

    /// <summary>The recipe of the training that the pruned network stands in.</summary>
    public static FitOptions Recipe { get; } = new()
    {
        Epochs = 3,
        BatchSize = 4,
        LearningRate = 0.05f,
        Penalty = new PolarisingPenalty(0.1f, 3),
        CropPadding = 1,
        Flip = true,
        Seed = 7,
        CarryMomentum = true,
    };

    /// <summary>The own layer, for whoever loads <see cref="Own"/>.</summary>
    public static ModuleTypes Types => new ModuleTypes().Register(
        "golden-scaled", reader =>
        {
            var space = reader.Space("space");
            reader.Expect($"{reader.Path}.scale", Engine.Devices.Shape.Vector(space.Width));
            return new Scaled(reader.Device, reader.Path, space, reader.Integer("times"));
        });

    /// <summary>The images that the pruned network is trained on.</summary>
    public static DatasetPair Images()
    {
        return new DatasetPair(Draw(8, 1), Draw(5, 2));

        static ImageDataset Draw(int count, int seed) => new(
            "golden", Size, Size, 3, Classes,
            Enumerable.Range(0, count * Size * Size * 3).Select(i => (byte)(i * 31 * seed)).ToArray(),
            Enumerable.Range(0, count).Select(i => i % Classes).ToArray());
    }

    /// <summary>A plain network, nothing beside it.</summary>
    public static Network CreatePlain(Device device) => Filled(Vgg.Cifar("golden-plain", device, [3, 0, 5], Shape(Norm.Plain)));

    /// <summary>A bounded network that was pruned, with its momentum.</summary>
    public static Network CreatePruned(Device device)
    {
        var network = Filled(Vgg.Cifar("golden-bounded", device, [6, 0, 9], Shape(Norm.Bounded)));
        foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable))
        {
            parameter.SetCompanion("momentum", Values(parameter, 53));
        }

        OneShot.Plan(network, 0.5, new PruningOptions { MinimumChannels = 1 }).Apply(network);
        return network;
    }

    /// <summary>A network with a program's own layer, which has a parameter and a setting.</summary>
    public static Network CreateOwn(Device device)
    {
        var space = new ChannelSpace("a", 4);
        var convolution = new Conv2d(device, "conv", new ChannelSpace("images", 3, prunable: false), space, Conv2dOptions.Kernel3());
        return Filled(new Network(
            "golden-own", device, new Sequential("", convolution, new Scaled(device, "own", space, 3)), new Shape(1, Size, Size, 3)));
    }

    /// <summary>The training of the pruned network: in the second epoch, after its first step; the first was the best.</summary>
    public static FitState CreateState(Network network)
    {
        var state = new FitState(network);
        state.Begin(Recipe, Images());
        state.Add(new StepResult(1.25f, 0.5f, 3), 4, 0.25);
        state.Add(new StepResult(1.125f, 0.375f, 2), 4, 0.5);
        state.Offer(0.6, keep: true);
        state.End(new EpochReport(1, 3, 0.0375f, 1.1875, 0.375, 0.625, new Evaluation(1.0625, 0.6, 5), [.. Enumerable.Range(0, 20)], 0.5, true));
        state.Add(new StepResult(1, 0.25f, 4), 4, 0.125);
        return state;
    }

    /// <summary>Writes all of them.</summary>
    public static void Write(string folder)
    {
        using var device = Device.Cpu(1);
        using var plain = CreatePlain(device);
        Checkpoint.Save(Path.Combine(folder, Plain), plain);
        using var pruned = CreatePruned(device);
        Checkpoint.Save(Path.Combine(folder, Pruned), pruned, CreateState(pruned));
        using var own = CreateOwn(device);
        Checkpoint.Save(Path.Combine(folder, Own), own);
    }

    private static NetworkOptions Shape(Norm norm) => new() { Height = Size, Width = Size, Classes = Classes, Norm = norm, Seed = 1 };

    private static Network Filled(Network network)
    {
        foreach (var parameter in network.Parameters)
        {
            parameter.Set(Values(parameter, 37));
        }

        return network;
    }

    // Exact in float32, no two neighbours alike, other in each parameter.
    private static float[] Values(Parameter parameter, int step) =>
        [.. Enumerable.Range(parameter.Path.Length, (int)parameter.Shape.Count).Select(i => (i * step % 101 - 50) / 64f)];

    /// <summary>A program's own layer; what it computes is no matter here.</summary>
    private sealed class Scaled : Module
    {
        private readonly ChannelSpace _space;
        private readonly Parameter[] _parameters;

        public Scaled(Device device, string path, ChannelSpace space, int times)
            : base(path)
        {
            (_space, Times) = (space, times);
            _parameters = [new Parameter(device, $"{path}.scale", ParameterRole.Scale, Engine.Devices.Shape.Vector(space.Width), space)];
        }

        public int Times { get; }

        public override string TypeName => "golden-scaled";

        public override IReadOnlyList<Parameter> OwnParameters => _parameters;

        public override void Describe(ModuleWriter writer)
        {
            writer.Write("space", _space);
            writer.Write("times", Times);
        }

        public override Tensor Forward(Tape tape, Tensor x) => x;

        public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => Traced(input, input, layers);
    }
}
