using System.Text.Json;
using Google.Protobuf;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Statements;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>The images of a frontend's result: which platforms, and with which configuration (BuildKit's exptypes).</summary>
internal static class ResultImages
{
    private const string ConfigKey = "containerimage.config", BaseKey = "containerimage.base.config", PlatformsKey = "refs.platforms";

    /// <summary>One for each platform; a result without a tree is an image of nothing.</summary>
    /// <param name="result">What the frontend came to.</param>
    /// <param name="times">What is said of their times.</param>
    /// <param name="bridge">The build.</param>
    /// <param name="write">Writes what is said of one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<SolvedImage>> OfAsync(FrontendResult result, ImageTimes times, BuildBridge bridge, Func<IReadOnlyList<ResultStatement>, Task<IReadOnlyList<Predicate>>> write, CancellationToken cancellationToken)
    {
        if (result.Refs.Count == 0)
        {
            if (Config(result, ConfigKey, FrontendResult.Only) is null) return [];
            // An image that has a configuration and no layer: frontends give none of what is empty.
            result = result with { Refs = new Dictionary<string, BuildRef> { [FrontendResult.Only] = bridge.Add(null) } };
        }
        var images = new List<SolvedImage>();
        foreach (var (id, platform) in Platforms(result, bridge.Machine))
        {
            var found = result.Refs.GetValueOrDefault(KeyOf(result, id)) ?? throw Missing($"failed to find ref for ID {id}");
            var config = Config(result, ConfigKey, id) ?? new ImageConfig { Architecture = platform.Architecture, Os = platform.Os, Variant = platform.Variant };
            var image = new SolvedImage(platform, found.Graph, await found.SolveAsync(cancellationToken).ConfigureAwait(false), config)
            {
                HasWholeHistory = config.History is { Count: > 0 },
                Cache = bridge.HasInlineCache ? await CacheExporter.CollectAsync(bridge, found, whole: false, cancellationToken).ConfigureAwait(false) : [],
                Predicates = await write(result.Statements.GetValueOrDefault(id, [])).ConfigureAwait(false),
            };
            images.Add(times.Apply(image, result, id, Config(result, BaseKey, id)?.RootFs.DiffIds.Count ?? 0));
        }
        return images;
    }

    /// <summary>What the result calls the tree of a platform: the only one may have any name.</summary>
    public static string KeyOf(FrontendResult result, string id) => result.Refs.ContainsKey(id) || result.Refs.Count != 1 ? id : result.Refs.Keys.First();

    /// <summary>The platforms with the ids that the result has for them.</summary>
    public static IReadOnlyList<(string Id, Platform Platform)> Platforms(FrontendResult result, Platform machine)
    {
        if (result.Metadata.TryGetValue(PlatformsKey, out var json) && json.Length > 0) return [.. Read(json)];
        if (result.Refs.Count > 1) throw Missing("unable to export multiple refs, missing platforms mapping");
        var platform = Config(result, ConfigKey, FrontendResult.Only)?.Platform;
        return [(FrontendResult.Only, platform ?? machine)];
    }

    private static IEnumerable<(string, Platform)> Read(ByteString json)
    {
        using var document = Parse(json);
        foreach (var entry in document.RootElement.GetProperty("Platforms").EnumerateArray())
        {
            var platform = entry.GetProperty("Platform");
            yield return (
                Text(entry, "ID") ?? throw Missing("invalid empty platform key for exporter"),
                new Platform
                {
                    Os = Text(platform, "os") ?? throw Missing("invalid platform value"),
                    Architecture = Text(platform, "architecture") ?? throw Missing("invalid platform value"),
                    Variant = Text(platform, "variant"),
                    OsVersion = Text(platform, "os.version"),
                });
        }
    }

    /// <summary>Throws MBK2507 for what no exporter could use, whether or not one will.</summary>
    public static void Validate(FrontendResult result)
    {
        foreach (var config in result.Metadata.Where(m => m.Key == ConfigKey || m.Key.StartsWith(ConfigKey + "/", StringComparison.Ordinal))) ReadConfig(config.Value);
        if (result.Metadata.TryGetValue(PlatformsKey, out var json) && json.Length > 0) _ = Read(json).Count();
    }

    private static JsonDocument Parse(ByteString json)
    {
        try
        {
            var document = JsonDocument.Parse(json.Memory);
            if (document.RootElement.ValueKind == JsonValueKind.Null) throw Missing("invalid empty platforms index for exporter");
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("Platforms", out var list) && list.ValueKind == JsonValueKind.Array
                && list.EnumerateArray().All(IsEntry)) return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw Missing("failed to parse platforms passed to exporter");
    }

    private static bool IsEntry(JsonElement entry) => entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("Platform", out var platform) && platform.ValueKind == JsonValueKind.Object;

    // What is empty, or of another kind, is not there.
    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static ImageConfig? Config(FrontendResult result, string key, string id)
    {
        var json = result.Find(key, id);
        return json is { Length: > 0 } ? ReadConfig(json) : null;
    }

    private static ImageConfig ReadConfig(ByteString json)
    {
        if (json.ToStringUtf8().Trim() == "null") throw Missing("invalid null image config for export");
        var config = ImageConfig.Parse(json.Memory);
        return (config.Os.Length == 0) == (config.Architecture.Length == 0) ? config : throw Missing("invalid image config: os and architecture must be specified together");
    }

    private static DaemonException Missing(string what) => new(DaemonException.BadRequest, ErrorKind.Invalid, $"{what}: the frontend's result cannot be exported");
}
