namespace MsBuildKit.Engine.Llb.Patterns;

/// <summary>Paths as LLB has them: slashes on every system, and no file system is asked.</summary>
internal static class SlashPath
{
    /// <summary>A path without empty parts and <c>.</c>, with <c>..</c> taken back by what is before it (Go's <c>path.Clean</c>).</summary>
    public static string Shorten(string path)
    {
        var isRooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0 && parts[^1] != "..") parts.RemoveAt(parts.Count - 1);
            else if (!isRooted) parts.Add(part);
        }
        var joined = string.Join('/', parts);
        return isRooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }
}
