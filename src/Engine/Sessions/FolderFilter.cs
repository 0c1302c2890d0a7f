using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Patterns;

namespace MsBuildKit.Engine.Sessions;

/// <summary>What of a folder a build takes: the attributes of a <c>local://</c> source, as moby/patternmatcher and BuildKit's file transfer read them.</summary>
/// <param name="Include">Patterns; none means everything.</param>
/// <param name="Exclude">Patterns of what is left out all the same; <c>!</c> takes back.</param>
/// <param name="Follow">Paths that are included with all that links on the way lead to.</param>
public sealed record FolderFilter(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, IReadOnlyList<string> Follow)
{
    /// <summary>Everything is taken.</summary>
    public static FolderFilter None { get; } = new([], [], []);

    /// <summary>Only what is said of the entries counts, but of those that these patterns match; <c>null</c> for a tree as it is.</summary>
    public IReadOnlyList<string>? MetadataExcept { get; private init; }

    /// <summary>Two filters of the same text take the same.</summary>
    public string Text => string.Join('\n', TextArray.Write(Include), TextArray.Write(Exclude), TextArray.Write(Follow)) + (MetadataExcept is null ? "" : "\n" + TextArray.Write(MetadataExcept));

    /// <summary>Reads the attributes of a source. Throws MBK1821 for one that is no list.</summary>
    public static FolderFilter Of(IReadOnlyDictionary<string, string> attributes) => new(
        Read(attributes, SourceKeys.LocalInclude), Read(attributes, SourceKeys.LocalExclude), Read(attributes, SourceKeys.LocalFollow))
    {
        MetadataExcept = GoBoolean.Parse(attributes.GetValueOrDefault(SourceKeys.LocalMetadata, "")) == true ? Read(attributes, SourceKeys.LocalMetadataExcept) : null,
    };

    /// <summary>Tells paths that <see cref="MetadataExcept"/> matches, or a folder above them; <c>null</c> for a tree as it is. Throws MBK1821.</summary>
    public Func<string, bool>? MatchExceptions()
    {
        if (MetadataExcept is null) return null;
        var patterns = new PathPatterns(MetadataExcept, BadPattern);
        return path =>
        {
            IReadOnlyList<bool> found = [];
            for (var end = path.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.IndexOf('/', end + 1)) patterns.Match(path[..end], found, out found);
            return patterns.Match(path, found, out _);
        };
    }

    /// <summary>The error for a pattern that makes no sense.</summary>
    internal static SessionException BadPattern(string pattern, Exception? inner) => new(SessionException.BadFilter, ErrorKind.Invalid,
        $"'{pattern}' is no pattern of paths. Close its brackets, put a character behind each '\\' and a pattern behind '!'.", inner);

    private static IReadOnlyList<string> Read(IReadOnlyDictionary<string, string> attributes, string key)
    {
        if (!attributes.TryGetValue(key, out var text) || text.Length == 0) return [];
        try
        {
            return JsonSerializer.Deserialize<string[]>(text)?.Select(p => p ?? throw new JsonException("an entry is null")).ToArray() ?? [];
        }
        catch (JsonException e)
        {
            throw new SessionException(SessionException.BadFilter, ErrorKind.Invalid, $"The attribute '{key}' of a local source is no JSON array of texts: {e.Message.TrimEnd('.')}. Make the graph again.", e);
        }
    }
}
