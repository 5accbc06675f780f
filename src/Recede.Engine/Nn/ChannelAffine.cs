namespace Recede.Engine.Nn;

/// <summary>What a norm does in inference to each channel by itself: y = [relu](Scale * x + Offset [+ residual]).</summary>
/// <param name="Scale">The norm's factor over the deviation.</param>
/// <param name="Offset">Its shift less the scaled mean.</param>
/// <param name="Relu">Whether a ReLU follows, after the residual addition if there is one.</param>
internal sealed record ChannelAffine(double[] Scale, double[] Offset, bool Relu);
