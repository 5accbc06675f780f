namespace Recede.Engine.Ops;

/// <summary>The factor of a bounded norm: sigmoid(w), the channel's importance.</summary>
internal readonly struct SigmoidScale : IChannelScale
{
    public static bool Bounded => true;

    public static double Value(double parameter) => Logistic.Sigmoid(parameter);

    public static double Slope(double parameter) => Logistic.SigmoidSlope(parameter);
}
