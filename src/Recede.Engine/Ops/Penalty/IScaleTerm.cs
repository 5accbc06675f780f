namespace Recede.Engine.Ops;

/// <summary>What one scale contributes to a penalty.</summary>
internal interface IScaleTerm
{
    /// <summary>The contribution.</summary>
    double Value(double w);

    /// <summary>Its derivative.</summary>
    double Slope(double w);
}
