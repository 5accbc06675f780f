namespace Recede.Engine.Ops;

/// <summary>Arguments of <see cref="L1PenaltyOp.L1Penalty"/>.</summary>
/// <param name="Lambda">Weight of the penalty.</param>
internal readonly record struct L1PenaltyArguments(float Lambda);
