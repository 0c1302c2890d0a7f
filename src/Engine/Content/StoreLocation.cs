namespace MsBuildKit.Engine.Content;

/// <summary>Where the store is unless somebody says otherwise.</summary>
public static class StoreLocation
{
    /// <summary>What the variable <c>MSBUILDKIT_CACHE</c> says, else a folder below the user's own cache folder. A relative path in a variable would
    /// mean another place each time, so it counts as unset (XDG Base Directory Specification).</summary>
    public static string Default(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault("MSBUILDKIT_CACHE") is { } own && Path.IsPathFullyQualified(own)) return own;
        if (OperatingSystem.IsWindows()) return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "msbuildkit");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS()) return Path.Combine(home, "Library", "Caches", "msbuildkit");
        return Path.Combine(environment.GetValueOrDefault("XDG_CACHE_HOME") is { } xdg && Path.IsPathFullyQualified(xdg) ? xdg : Path.Combine(home, ".cache"), "msbuildkit");
    }

    /// <summary>The folder itself, or the nearest above it that exists.</summary>
    internal static string Nearest(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
        return folder;
    }
}
