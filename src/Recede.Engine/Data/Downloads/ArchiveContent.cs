namespace Recede.Engine.Data.Downloads;

/// <summary>What is taken from an archive.</summary>
/// <param name="Folder">The folder in it, which it is unpacked to.</param>
/// <param name="Files">The files of that folder that are wanted, all of them.</param>
/// <param name="MostBytes">How long each may be.</param>
internal sealed record ArchiveContent(string Folder, IReadOnlyList<string> Files, long MostBytes);
