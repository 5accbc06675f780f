namespace Recede.Engine.Ops;

/// <summary>The factor of a plain norm: gamma itself.</summary>
internal readonly struct PlainScale : IChannelScale
{
    public static bool Bounded => false;

    public static double Value(double parameter) => parameter;

    public static double Slope(double parameter) => 1;
}
