using System.Text;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Reads <c>.gitmodules</c> (gitmodules(5)): where submodules come from. Whatever else it says is not looked at.</summary>
internal static class GitModules
{
    private const string Prefix = "submodule.";

    /// <summary>Addresses by path, as they are written.</summary>
    /// <param name="listing">What <c>git config -z --list</c> writes of it.</param>
    public static Dictionary<string, string> Read(byte[] listing)
    {
        var (paths, urls) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var item in Encoding.UTF8.GetString(listing).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = item.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var at ? (item[..at], item[(at + 1)..]) : (item, "");
            if (!key.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            if (key.EndsWith(".path", StringComparison.Ordinal)) paths[key[..^5]] = value.TrimEnd('/');
            if (key.EndsWith(".url", StringComparison.Ordinal)) urls[key[..^4]] = value;
        }
        return paths.Where(p => urls.ContainsKey(p.Key)).GroupBy(p => p.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => urls[g.Last().Key], StringComparer.Ordinal);
    }
}
