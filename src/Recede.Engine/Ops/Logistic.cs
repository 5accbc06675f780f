namespace Recede.Engine.Ops;

/// <summary>The sigmoid and its kin in double precision, without overflow or cancellation for any finite argument:
/// all are formed from e = exp(-|z|), which is at most 1.</summary>
internal static class Logistic
{
    /// <summary>p(z) = 1 / (1 + exp(-z)).</summary>
    public static double Sigmoid(double z)
    {
        var e = Math.Exp(-Math.Abs(z));
        return (z >= 0 ? 1 : e) / (1 + e);
    }

    /// <summary>p(z) * (1 - p(z)), the sigmoid's derivative; exact also where p rounds to 1.</summary>
    public static double SigmoidSlope(double z)
    {
        var e = Math.Exp(-Math.Abs(z));
        return e / ((1 + e) * (1 + e));
    }

    /// <summary>-ln p(z) = softplus(-z).</summary>
    public static double NegativeLogSigmoid(double z) => Math.Max(-z, 0) + Log1P(Math.Exp(-Math.Abs(z)));

    // ln(1 + e) for e in 0..1. The quotient takes out what rounding 1 + e did to the small e.
    private static double Log1P(double e)
    {
        var u = 1 + e;
        return u == 1 ? e : Math.Log(u) * (e / (u - 1));
    }
}
