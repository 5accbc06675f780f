namespace Recede.Engine.Ops;

/// <summary>Arguments of <see cref="ChannelMapOp.ChannelMap"/>.</summary>
internal readonly record struct ChannelMapArguments(ChannelIndexMap Map, int Stride);
