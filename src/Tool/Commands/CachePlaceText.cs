using System.CommandLine.Parsing;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Commands;

/// <summary>Places of exported caches as people write them.</summary>
internal static class CachePlaceText
{
    public const string Forms = "FILE.tar or type=oci,dest=FILE for an OCI archive; DIR for an OCI layout; HOST/REPOSITORY:TAG or type=registry,ref=NAME for a registry. A relative path that begins like a host is written with './'.";

    private const string ArchiveEnding = ".tar";

    /// <summary>Reads one; what is wrong goes to <paramref name="result"/>.</summary>
    public static CachePlace? Parse(ArgumentResult result, string currentDirectory, bool mustHaveTag)
    {
        var text = result.Tokens.Single().Value;
        var place = text.StartsWith("type=", StringComparison.Ordinal) ? ParseFields(text, currentDirectory) : ParseBare(text, currentDirectory);
        if (place is null) result.AddError($"'{text}' is no place for caches. Write {Forms}");
        if (place?.Registry is { Digest: not null } && mustHaveTag) result.AddError($"'{text}' names content by its digest, which is known only afterwards. Name a tag.");
        return place;
    }

    private static CachePlace? ParseFields(string text, string currentDirectory)
    {
        var fields = text.Split(',').Select(f => f.Split('=', 2)).ToList();
        if (fields.Any(f => f.Length != 2) || fields.DistinctBy(f => f[0]).Count() != fields.Count) return null;
        var named = fields.ToDictionary(f => f[0], f => f[1]);
        return named switch
        {
            { Count: 2 } when named["type"] == "oci" && named.TryGetValue("dest", out var path) && path.Length > 0 => new CachePlace { Archive = Path.GetFullPath(path, currentDirectory) },
            { Count: 2 } when named["type"] == "registry" && named.TryGetValue("ref", out var name) => ParseReference(name),
            _ => null,
        };
    }

    private static CachePlace? ParseBare(string text, string currentDirectory)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && ImageReference.IsRegistry(text[..slash])) return ParseReference(text);
        if (text.Length == 0) return null;
        var path = Path.GetFullPath(text, currentDirectory);
        return text.EndsWith(ArchiveEnding, StringComparison.Ordinal) ? new CachePlace { Archive = path } : new CachePlace { Directory = path };
    }

    private static CachePlace? ParseReference(string name) => ImageReference.TryParse(name, out var reference, out _) ? new CachePlace { Registry = reference } : null;
}
