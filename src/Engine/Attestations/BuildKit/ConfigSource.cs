using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>Where the text came from that says what is built.</summary>
/// <param name="Uri">Of a repository or a web server; <c>null</c> for the client's own.</param>
/// <param name="Algorithm">Of what it was; <c>null</c> when that is not known.</param>
/// <param name="Value">The digest in hex, or the commit.</param>
/// <param name="Path">In it.</param>
public sealed record ConfigSource(string? Uri, string? Algorithm, string? Value, string? Path)
{
    private const string Context = "context", InputContext = "input:context", File = "filename";

    /// <summary>What arguments say of it, which then no longer say it.</summary>
    internal static ConfigSource Take(Dictionary<string, string> arguments, BuildCapture capture)
    {
        var key = arguments.GetValueOrDefault("contextkey") is { Length: > 0 } named ? named : arguments.GetValueOrDefault(InputContext) is { Length: > 0 } ? InputContext : Context;
        var source = new ConfigSource(null, null, null, TakeOut(arguments, File));
        return TakeOut(arguments, key) is { } address ? Find(MaskedAddress.Of(address), capture, source) : source;
    }

    private static ConfigSource Find(string address, BuildCapture capture, ConfigSource source)
    {
        var (shown, fetched) = GitReference.TryParse(address, out var git, out _) ? (Fragment(git, git.Options.Subdirectory), Fragment(git, "")) : (address, address);
        if (capture.Git.FirstOrDefault(g => g.Url == fetched) is { } commit) return source with { Uri = shown, Algorithm = commit.Algorithm, Value = commit.Commit };
        if (capture.Web.FirstOrDefault(w => w.Url == fetched) is { } file) return source with { Uri = file.Url, Algorithm = file.Digest.Algorithm, Value = file.Digest.Hex };
        return source with { Uri = address };
    }

    private static string Fragment(GitReference git, string folder) =>
        git.Remote + (git.Options.Ref.Length + folder.Length > 0 ? $"#{git.Options.Ref}{(folder.Length > 0 ? ":" + folder : "")}" : "");

    private static string? TakeOut(Dictionary<string, string> arguments, string key)
    {
        if (!arguments.TryGetValue(key, out var value) || value.Length == 0) return null;
        arguments.Remove(key);
        return value;
    }
}
