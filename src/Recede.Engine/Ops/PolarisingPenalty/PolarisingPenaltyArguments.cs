namespace Recede.Engine.Ops;

/// <summary>Arguments of <see cref="PolarisingPenaltyOp.PolarisingPenalty"/>.</summary>
/// <param name="Lambda">Weight of the penalty.</param>
/// <param name="Shift">b in p = sigmoid(w + b).</param>
internal readonly record struct PolarisingPenaltyArguments(float Lambda, float Shift);
