using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Caching;

/// <summary>A cache in an image's own configuration.</summary>
internal static class InlineCache
{
    /// <summary>The configuration with the cache of these results, and without one that a base may have had.</summary>
    public static ImageConfig Put(ImageConfig config, IReadOnlyList<CacheEntry> entries, IReadOnlyList<Layer> layers)
    {
        var cache = CacheConfigWriter.WriteInline(entries, layers);
        if (cache is null && config.Unknown?.ContainsKey(CacheConfig.InlineField) != true) return config;
        var unknown = config.Unknown is null ? [] : new Dictionary<string, System.Text.Json.JsonElement>(config.Unknown);
        unknown.Remove(CacheConfig.InlineField);
        if (cache is { } records) unknown[CacheConfig.InlineField] = records;
        return config with { Unknown = unknown };
    }
}
