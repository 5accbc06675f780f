namespace Recede.Engine.Tests.Oracles;

/// <summary>The penalties and their derivatives, naive, in double precision, with lambda 1.</summary>
internal static class PenaltyOracle
{
    /// <summary>sum(p * (1 - ln p)), p = sigmoid(w + b), over all vectors.</summary>
    public static double Polarising(double[][] scales, double b) =>
        scales.Sum(w => w.Sum(v => NormOracle.Sigmoid(v + b) * (1 + Softplus(-(v + b)))));

    /// <summary>-p * (1 - p) * ln p.</summary>
    public static double PolarisingSlope(double w, double b) =>
        NormOracle.Sigmoid(w + b) * NormOracle.Sigmoid(-(w + b)) * Softplus(-(w + b));

    /// <summary>sum |w| over all vectors.</summary>
    public static double L1(double[][] scales) => scales.Sum(w => w.Sum(Math.Abs));

    // ln(1 + e^z); far below 0 the logarithm is its argument's small part.
    private static double Softplus(double z) => z > 30 ? z : z < -16 ? Math.Exp(z) : Math.Log(1 + Math.Exp(z));
}
