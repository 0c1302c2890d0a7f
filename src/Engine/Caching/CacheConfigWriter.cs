using System.Text.Json;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Caching;

/// <summary>Says of results in which layers they are.</summary>
/// <remarks>Keys of ours cover the inputs of a vertex, so that a record needs no links to others. Everything is in the order of its digests: the same results
/// give the same bytes.</remarks>
internal static class CacheConfigWriter
{
    /// <summary>The configuration of a cache, with its layers in the order of their numbers.</summary>
    public static (CacheConfig Config, IReadOnlyList<Layer> Layers) Write(IReadOnlyList<CacheEntry> entries)
    {
        // A layer stands once for each chain that it ends.
        var chains = entries.SelectMany(e => Enumerable.Range(1, e.Layers.Count).Select(n => e.Layers.Take(n).ToList())).DistinctBy(NameOf).OrderBy(NameOf, StringComparer.Ordinal).ToList();
        var numbers = chains.Select((c, i) => (Name: NameOf(c), Number: i)).ToDictionary(c => c.Name, c => c.Number, StringComparer.Ordinal);
        var layers = chains.Select(c => new CacheConfigLayer(c[^1].Blob.Digest.ToString(), c.Count > 1 ? numbers[NameOf(c[..^1])] : -1)).ToList();
        var records = RecordsOf(entries, e => new CacheConfigRecord { Results = [new CacheConfigResult(numbers[NameOf(e.Layers)])] });
        return (new CacheConfig { Layers = layers, Records = records }, [.. chains.Select(c => c[^1])]);
    }

    /// <summary>The records of an inline cache: of those results that consist of the image's own layers. <c>null</c> when there are none.</summary>
    public static JsonElement? WriteInline(IReadOnlyList<CacheEntry> entries, IReadOnlyList<Layer> image)
    {
        var numbers = new Dictionary<Digest, int>();
        for (var i = 0; i < image.Count; i++) numbers.TryAdd(image[i].DiffId, i);
        var own = entries.Where(e => e.Layers.All(l => numbers.ContainsKey(l.DiffId))).ToList();
        if (own.Count == 0) return null;
        var records = RecordsOf(own, e => e.Layers.Select(l => l.DiffId).SequenceEqual(image.Take(e.Layers.Count).Select(l => l.DiffId))
            ? new CacheConfigRecord { Results = [new CacheConfigResult(e.Layers.Count - 1)] }
            : new CacheConfigRecord { Chains = [new CacheConfigChain([.. e.Layers.Select(l => numbers[l.DiffId])])] });
        return JsonSerializer.SerializeToElement(CacheConfig.WriteRecords(records), CacheConfigJson.Default.ByteArray);
    }

    private static List<CacheConfigRecord> RecordsOf(IReadOnlyList<CacheEntry> entries, Func<CacheEntry, CacheConfigRecord> describe) =>
        [.. entries.SelectMany(e => e.Keys.Select(k => CacheConfig.NameOf(k, e.Output).ToString()).Concat(e.Names).Select(n => describe(e) with { Digest = n })).DistinctBy(r => r.Digest).OrderBy(r => r.Digest, StringComparer.Ordinal)];

    private static string NameOf(IReadOnlyList<Layer> chain) => string.Join('/', chain.Select(l => l.Blob.Digest).Reverse());
}
