using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>Which network a command line asks for, and how it is to become prunable.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Method">How it is trained and pruned.</param>
/// <param name="Lambda">Strength of the method's penalty; null scales the published one to the number of steps.</param>
/// <param name="Shift">Shift b of the polarising penalty.</param>
internal sealed record ModelSettings(string Network, PruningMethod Method, float? Lambda, float Shift)
{
    /// <summary>What the channels' scores are called.</summary>
    public string Scores => HasBoundedNorms ? "Importances" : "Scales |gamma|";

    /// <summary>What --resume compares, by option.</summary>
    public IEnumerable<(string Option, string Value)> Values =>
    [
        ("--network", Network),
        ("--method", Name),
        ("--lambda", Lambda is { } lambda ? Figures.Format($"{lambda}") : "auto"),
        ("--shift", Figures.Format($"{Shift}")),
    ];

    private bool HasBoundedNorms => Method is PruningMethod.Bounded or PruningMethod.Random;

    private string Name => Method switch
    {
        PruningMethod.Bounded => "bounded",
        PruningMethod.L1 => "l1",
        PruningMethod.Uniform => "uniform",
        _ => "random",
    };

    /// <summary>The network, untrained, for the size and classes of some images.</summary>
    public Network Create(Device device, DatasetPair data, ulong seed) => Networks.Create(Network, device, new NetworkOptions
    {
        Height = data.Train.Height,
        Width = data.Train.Width,
        Channels = data.Train.Channels,
        Classes = data.Train.Classes,
        Norm = HasBoundedNorms ? Norm.Bounded : Norm.Plain,
        Seed = seed,
    });

    /// <summary>The method's penalty; null for none.</summary>
    /// <param name="steps">Optimiser steps of the training.</param>
    public ScalePenalty? CreatePenalty(long steps)
    {
        // Both penalties' pulls add up over the steps, so both are scaled alike.
        var lambda = Lambda ?? PolarisingPenalty.LambdaFor(PublishedStrength.Lambda(Network, Method), steps);
        return Method switch
        {
            _ when lambda == 0 => null,
            PruningMethod.Bounded or PruningMethod.Random => new PolarisingPenalty(lambda, Shift),
            PruningMethod.L1 => new L1Penalty(lambda),
            _ => null,
        };
    }

    /// <summary>The method with its penalty, for people.</summary>
    public string Describe(ScalePenalty? penalty)
    {
        var chosen = Lambda is null ? " (auto)" : "";
        return $"{Name}; " + penalty switch
        {
            PolarisingPenalty polarising => $"polarising penalty, lambda {Figures.Small(polarising.Lambda)}{chosen}, b {Figures.Small(polarising.Shift)}",
            L1Penalty l1 => $"L1 on the scales, lambda {Figures.Small(l1.Lambda)}{chosen}",
            _ => "no penalty",
        };
    }
}
