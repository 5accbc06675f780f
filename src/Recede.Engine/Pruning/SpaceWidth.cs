namespace Recede.Engine.Pruning;

/// <summary>How wide a channel space is before and after a plan.</summary>
/// <param name="Space">Its name.</param>
/// <param name="Before">Channels before.</param>
/// <param name="After">Channels that stay.</param>
public readonly record struct SpaceWidth(string Space, int Before, int After);
