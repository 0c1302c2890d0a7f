using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Oci;

/// <summary>Where an image is: <c>registry/repository[:tag][@digest]</c> (distribution-spec, "Pulling manifests"; Docker's short names).</summary>
public sealed partial record ImageReference
{
    /// <summary>The registry that names without a host mean.</summary>
    public const string DefaultRegistry = "docker.io";

    private const int Longest = 512;

    private ImageReference(string registry, string repository, string? tag, Digest? digest) =>
        (Registry, Repository, Tag, Digest) = (registry, repository, tag, digest);

    /// <summary>Host and optional port, lower case; <c>docker.io</c> for short names.</summary>
    public string Registry { get; }

    /// <summary>The path below the registry, such as <c>library/debian</c>.</summary>
    public string Repository { get; }

    /// <summary>The tag, or <c>null</c> when only a digest was given.</summary>
    public string? Tag { get; private init; }

    /// <summary>The digest, which wins over the tag.</summary>
    public Digest? Digest { get; private init; }

    /// <summary>What a registry is asked for: the digest when there is one, else the tag.</summary>
    public string Target => Digest?.ToString() ?? Tag!;

    /// <summary>Parses a reference; without tag and digest the tag is <c>latest</c>. Throws MBK1102.</summary>
    public static ImageReference Parse(string text) => TryParse(text, out var reference, out var why)
        ? reference!
        : throw new OciException(OciException.InvalidReference,
            $"'{text}' is not an image reference: {why}. Expected 'registry/repository:tag', such as 'registry.example/team/app:1.0'.");

    /// <summary>Parses a reference and says why when it cannot.</summary>
    public static bool TryParse(string? text, out ImageReference? reference, out string why)
    {
        reference = null;
        why = "it is empty";
        if (string.IsNullOrEmpty(text)) return false;
        why = $"it is longer than {Longest} characters";
        if (text.Length > Longest) return false;

        Digest? digest = null;
        var rest = text;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            why = "what follows '@' is not a digest";
            if (!Oci.Digest.TryParse(rest[(at + 1)..], out var parsed)) return false;
            digest = parsed;
            rest = rest[..at];
        }

        string? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            why = $"the tag '{tag}' is not valid (letters, digits, '_', '.', '-'; at most 128, not starting with '.' or '-')";
            if (!IsTag(tag)) return false;
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : rest[..slash];
        var hasRegistry = slash >= 0 && (first.Contains('.') || first.Contains(':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper));
        // Looked at before it is made lower case, which would turn other alphabets' letters into these.
        why = $"'{first}' is not a registry host";
        if (hasRegistry && !IsRegistry(first)) return false;
        var registry = hasRegistry ? first.ToLowerInvariant() : DefaultRegistry;
        var repository = hasRegistry ? rest[(slash + 1)..] : rest;
        if (registry is "index.docker.io" or "registry-1.docker.io") registry = DefaultRegistry;
        if (registry == DefaultRegistry && !repository.Contains('/')) repository = "library/" + repository;
        why = $"the repository '{repository}' is not valid (lower-case letters, digits and single '.', '_', '-', '/' between them)";
        if (!IsRepository(repository)) return false;

        var found = new ImageReference(registry, repository, tag ?? (digest is null ? "latest" : null), digest);
        why = $"its full form '{found}' is longer than {Longest} characters";
        if (found.ToString().Length > Longest) return false;
        reference = found;
        return true;
    }

    /// <summary>Builds a reference from parts that were validated before or are now; throws MBK1102.</summary>
    public static ImageReference Create(string registry, string repository, string? tag = null, Digest? digest = null) =>
        Parse($"{registry}/{repository}{(tag is null ? "" : ":" + tag)}{(digest is null ? "" : "@" + digest)}");

    /// <summary>True for <c>host[:port]</c> as a registry may be named: a domain, IPv4, bracketed IPv6 or localhost, no scheme. A host without
    /// dots needs its port: in a reference it would be the first part of a repository on <see cref="DefaultRegistry"/>.</summary>
    public static bool IsRegistry(string text) =>
        RegistryPattern().IsMatch(text)
        && (text.Contains('.') || text.Contains(':') || text == "localhost")
        && Uri.TryCreate($"https://{text}/", UriKind.Absolute, out _);

    /// <summary>True for a repository path (distribution-spec's <c>name</c> grammar, at most 255 characters).</summary>
    public static bool IsRepository(string text) => text.Length <= 255 && RepositoryPattern().IsMatch(text);

    /// <summary>True for a tag (distribution-spec's <c>reference</c> grammar).</summary>
    public static bool IsTag(string text) => TagPattern().IsMatch(text);

    /// <summary>The same repository at another tag.</summary>
    public ImageReference WithTag(string tag) => Create(Registry, Repository, tag);

    /// <summary>The same repository at a digest, keeping the tag for people.</summary>
    public ImageReference WithDigest(Digest digest) => this with { Digest = digest };

    /// <summary>The full form.</summary>
    public override string ToString() =>
        $"{Registry}/{Repository}{(Tag is null ? "" : ":" + Tag)}{(Digest is { } d ? "@" + d : "")}";

    [GeneratedRegex(@"^(?:\[[0-9a-fA-F:]{2,45}\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]{1,5})?\z")]
    private static partial Regex RegistryPattern();

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex TagPattern();
}
