namespace Recede.Engine.Ops;

/// <summary>Arguments of a unary op's forward kernels.</summary>
internal readonly record struct UnaryForwardArguments(nint X, nint Y, long Count, int Channels, int Padded, int Masks);

/// <summary>Arguments of a unary op's backward kernels; X and Y are 0 where the gradient does not read them.</summary>
internal readonly record struct UnaryBackwardArguments(
    nint X, nint Y, nint Dy, nint Dx, long Count, int Channels, int Padded, int Masks, int Accumulate);

/// <summary>Arguments of a binary op's forward kernels.</summary>
internal readonly record struct BinaryForwardArguments(nint A, nint B, nint Y, long Count);

/// <summary>Arguments of a binary op's backward kernels; A and B are 0 where the gradients do not read them.</summary>
internal readonly record struct BinaryBackwardArguments(nint A, nint B, nint Dy, nint Dx, long Count, int Accumulate);
