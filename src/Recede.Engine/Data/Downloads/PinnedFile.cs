namespace Recede.Engine.Data.Downloads;

/// <summary>A file that is published somewhere, known by its very bytes.</summary>
/// <param name="Name">What it is called, there and here.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Sha256">The SHA-256 of it, in lower-case hexadecimal digits.</param>
/// <param name="Unpacked">The bytes that are gzipped in it, which others gzip otherwise; null for an archive.</param>
internal sealed record PinnedFile(string Name, long Bytes, string Sha256, PinnedBytes? Unpacked = null);
