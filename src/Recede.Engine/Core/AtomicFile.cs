namespace Recede.Engine.Core;

/// <summary>
/// Replaces a file as a whole: written beside, synced, renamed, the folder synced. Whoever is killed at whatever moment, or
/// meets a full disk, leaves the file as it was before or as it was to become.
/// </summary>
internal static class AtomicFile
{
    /// <summary>What is added to the name of the file beside.</summary>
    public const string Suffix = ".partial";

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its contents.</param>
    /// <param name="files">The steps; null for the system's own.</param>
    /// <exception cref="IOException">It cannot be written; the message names the path. The file is as it was, or the new
    /// one where only the folder could not be synced.</exception>
    public static void Write(string path, Action<Stream> write, FileOperations? files = null)
    {
        files ??= FileOperations.Real;
        var full = Path.GetFullPath(path);
        var beside = full + Suffix;
        try
        {
            using (var stream = files.Create(beside))
            {
                write(stream);
                files.Sync(stream);
            }

            files.Move(beside, full);
            files.SyncFolder(Path.GetDirectoryName(full)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(beside, files);
            throw new IOException($"{path} could not be written: {e.Message}", e);
        }
        catch
        {
            Discard(beside, files);
            throw;
        }
    }

    private static void Discard(string path, FileOperations files)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could not be written may be impossible to delete too; the first error is the one to tell.
        }
    }
}
