namespace Recede.Engine.Ops;

/// <summary>What a norm multiplies a normalised channel by, as a function of its parameter: all that tells the norms apart.</summary>
internal interface IChannelScale
{
    /// <summary>Whether the factor is the parameter's sigmoid, as CUDA's kernels are told, or else the parameter itself.</summary>
    static abstract bool Bounded { get; }

    /// <summary>The factor for a parameter.</summary>
    static abstract double Value(double parameter);

    /// <summary>The factor's derivative.</summary>
    static abstract double Slope(double parameter);
}
