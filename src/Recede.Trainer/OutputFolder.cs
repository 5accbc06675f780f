namespace Recede.Trainer;

/// <summary>The folder that gets the results: made and tried before hours go into them.</summary>
internal static class OutputFolder
{
    // More than a report needs, so that a disk that is full now is found now.
    private const int ProbeBytes = 256 * 1024;
    private const string ProbeName = ".recede-probe";

    /// <summary>Makes the folder and writes a file into it, which is deleted again.</summary>
    /// <returns>The folder.</returns>
    /// <exception cref="IOException">The folder cannot be made or written; the message names it.</exception>
    public static string Prepare(string folder)
    {
        var probe = Path.Combine(folder, ProbeName);
        try
        {
            Directory.CreateDirectory(folder);
            try
            {
                File.WriteAllBytes(probe, new byte[ProbeBytes]);
            }
            finally
            {
                File.Delete(probe);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException($"--out {folder} cannot be written: {e.Message}", e);
        }

        return folder;
    }

    /// <summary>Writes what a command found and shows it; shows it even where it cannot be written.</summary>
    /// <param name="save">Writes it.</param>
    /// <param name="show">Shows it.</param>
    public static void SaveAndShow(Action save, Action show)
    {
        try
        {
            save();
        }
        catch
        {
            try
            {
                show();
            }
            catch (IOException)
            {
                // Nor can it be shown; the first error is the one to tell.
            }

            throw;
        }

        show();
    }
}
