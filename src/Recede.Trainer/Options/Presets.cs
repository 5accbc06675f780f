using Recede.Engine.Training;

namespace Recede.Trainer.Options;

/// <summary>The presets: the short run of the default, and the paper's full recipes (arXiv 2204.06404 and its code).</summary>
internal static class Presets
{
    /// <summary>Pixels that crops are shifted by, up to, wherever there is augmentation.</summary>
    public const int CropPadding = 4;

    /// <summary>The seed, where none is given.</summary>
    public const ulong DefaultSeed = 1;

    private const string Cifar10 = "cifar-10";
    private const string Cifar100 = "cifar-100";

    private const string Cifar10Hint =
        "cifar10, or the folder of CIFAR-10's binary version (what cifar-10-binary.tar.gz unpacks to)";

    private const string Cifar100Hint =
        "cifar100, or the folder of CIFAR-100's binary version (what cifar-100-binary.tar.gz unpacks to)";

    /// <summary>What a run is without a preset: a minutes' run on the embedded images.</summary>
    public static Preset Default { get; } = new()
    {
        Name = "fashion-mnist",
        Summary = "vgg-small on the embedded images, in minutes; the default",
        Network = "vgg-small",
        Epochs = 8,
        FineTuneEpochs = 3,
        FineTuneLearningRate = 0.05f,
        Decay = LearningRateDecay.Cosine,
    };

    /// <summary>All of them, as the help lists them.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        Default,
        Full("vgg16-cifar10", "VGG-16 on CIFAR-10, the paper's full recipe", Cifar10, Cifar10Hint, "vgg-16", 1e-3f, 1e-4f, 3),
        Full("vgg16-cifar100", "VGG-16 on CIFAR-100, the paper's full recipe", Cifar100, Cifar100Hint, "vgg-16", 1e-3f, 1e-4f, 3),
        Full("resnet56-cifar10", "ResNet-56 on CIFAR-10, the paper's full recipe", Cifar10, Cifar10Hint, "resnet-56", 1e-4f, 1e-5f, 0),
        Full("resnet56-cifar100", "ResNet-56 on CIFAR-100, the paper's full recipe", Cifar100, Cifar100Hint, "resnet-56", 1e-4f, 1e-5f, 0),
    ];

    /// <summary>The preset of that name.</summary>
    /// <exception cref="UsageException">There is none; the message lists those there are.</exception>
    public static Preset Named(string name) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new UsageException($"--preset {name}: expected one of {string.Join(", ", All.Select(preset => preset.Name))}");

    private static Preset Full(
        string name, string summary, string dataset, string hint, string network, float lambda, float l1Lambda, float shift) => new()
        {
            Name = name,
            Summary = summary,
            Dataset = dataset,
            DataHint = hint,
            Network = network,
            Epochs = 160,
            FineTuneEpochs = 160,
            BatchSize = 64,
            LearningRate = 0.1f,
            FineTuneLearningRate = 0.1f,
            Decay = LearningRateDecay.Step,
            WeightDecay = 1e-4f,
            Lambda = lambda,
            L1Lambda = l1Lambda,
            Shift = shift,
            CropPadding = CropPadding,
            Flip = true,
        };
}
