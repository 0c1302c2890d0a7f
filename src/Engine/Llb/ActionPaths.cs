namespace MsBuildKit.Engine.Llb;

/// <summary>Paths of file actions as BuildKit's client writes them, which is what two clients' digests of one action agree by.</summary>
internal static class ActionPaths
{
    /// <summary>What is copied: absolute, shortest.</summary>
    public static string Source(string path) => GitAddress.CleanPath(path);

    /// <summary>What is made or removed, relative to <paramref name="parent"/>.</summary>
    public static string Place(string parent, string path) => GitAddress.CleanPath(path.StartsWith('/') ? path : $"{parent}/{path}");

    /// <summary>Where a copy goes, relative to <paramref name="parent"/>. The end keeps its meaning: a directory, or the inside of one.</summary>
    public static string Destination(string parent, string path)
    {
        var place = Place(parent, path);
        if (path.EndsWith('/') && place != "/") return place + "/";
        if (path.EndsWith("/.", StringComparison.Ordinal)) return place == "/" ? "/." : place + "/.";
        return place;
    }
}
