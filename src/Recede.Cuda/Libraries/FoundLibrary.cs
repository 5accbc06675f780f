namespace Recede.Cuda.Libraries;

/// <summary>What came of the search for a library.</summary>
/// <param name="Name">One of <see cref="LibraryNames"/>.</param>
/// <param name="Handle">The loaded library; 0 when it was not found.</param>
/// <param name="Path">Its file; null when it was not found.</param>
/// <param name="Origin">Where that was; null when it was not found.</param>
/// <param name="Problem">What is missing and what to do; null when it was found.</param>
internal sealed record FoundLibrary(string Name, nint Handle, string? Path, string? Origin, string? Problem);
