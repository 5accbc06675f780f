using Recede.Engine.Training;

namespace Recede.Trainer.Options;

/// <summary>The penalties' strengths that the paper's code trains with (160 epochs), by the family of the network.</summary>
internal static class PublishedStrength
{
    private const string ResNetPrefix = "resnet-";

    /// <summary>Lambda of the polarising penalty, or of L1 for that method; 0 where the method has no penalty.</summary>
    public static float Lambda(string network, PruningMethod method) => method switch
    {
        PruningMethod.Bounded or PruningMethod.Random => IsResNet(network) ? 1e-4f : 1e-3f,
        PruningMethod.L1 => IsResNet(network) ? 1e-5f : 1e-4f,
        _ => 0,
    };

    /// <summary>The shift b of the polarising penalty.</summary>
    public static float Shift(string network) => IsResNet(network) ? 0 : 3;

    /// <summary>Whether one network's strengths are the other's too.</summary>
    public static bool SameFamily(string network, string other) => IsResNet(network) == IsResNet(other);

    private static bool IsResNet(string network) => network.StartsWith(ResNetPrefix, StringComparison.Ordinal);
}
