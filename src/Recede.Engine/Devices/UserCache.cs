namespace Recede.Engine.Devices;

/// <summary>Where things are kept that can be made or brought again.</summary>
internal static class UserCache
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "RECEDE_CACHE";

    /// <summary>
    /// A folder in the cache: in the folder given, otherwise in the one that RECEDE_CACHE names, otherwise in the user's cache
    /// (recede in XDG_CACHE_HOME or ~/.cache; Recede in local application data on Windows). Null when there is none.
    /// </summary>
    /// <param name="given">A folder that goes before all others; null or empty for none.</param>
    /// <param name="part">What the folder in it is called.</param>
    public static string? Folder(string? given, string part)
    {
        if ((string.IsNullOrEmpty(given) ? Environment.GetEnvironmentVariable(Variable) : given) is { Length: > 0 } named)
        {
            return Path.GetFullPath(Path.Combine(named, part));
        }

        if (OperatingSystem.IsWindows())
        {
            var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return local.Length == 0 ? null : Path.Combine(local, "Recede", part);
        }

        // The XDG rules: a relative path is to be ignored.
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } xdg && Path.IsPathFullyQualified(xdg))
        {
            return Path.Combine(xdg, "recede", part);
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? null : Path.Combine(home, ".cache", "recede", part);
    }
}
