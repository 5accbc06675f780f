namespace Recede.Bench.Ops;

/// <summary>Which operand.</summary>
internal readonly record struct PreparedOperandArguments(PreparedOperand Operand);
