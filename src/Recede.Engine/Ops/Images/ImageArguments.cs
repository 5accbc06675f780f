namespace Recede.Engine.Ops;

/// <summary>How images become a network's input.</summary>
/// <param name="Normalization">Mean and deviation of each channel.</param>
/// <param name="CropPadding">Pixels of zero bytes around an image, out of which a window of the image's own size is cut at
/// random: 0 or more, less than the image's rows and columns; 0 does not crop.</param>
/// <param name="Flip">Whether every other image, at random, is mirrored left to right.</param>
/// <param name="Seed">Seed of crops and flips.</param>
/// <param name="Epoch">Number of the epoch: each draws anew. A captured step adds the one that stands in device memory.</param>
public readonly record struct ImageArguments(
    ImageNormalization Normalization, int CropPadding = 0, bool Flip = false, ulong Seed = 0, ulong Epoch = 0);
