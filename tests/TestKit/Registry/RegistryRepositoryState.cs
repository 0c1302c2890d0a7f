using System.Collections.Concurrent;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.TestKit.Registry;

/// <summary>What one repository of a <see cref="TestRegistry"/> holds.</summary>
public sealed class RegistryRepositoryState
{
    public ConcurrentDictionary<Digest, byte[]> Blobs { get; } = new();

    public ConcurrentDictionary<Digest, (string MediaType, byte[] Bytes)> Manifests { get; } = new();

    public ConcurrentDictionary<string, Digest> Tags { get; } = new();

    /// <summary>Uploads that are under way, by their id.</summary>
    public ConcurrentDictionary<string, MemoryStream> Uploads { get; } = new();

    /// <summary>Puts a blob there without any request.</summary>
    public Descriptor Add(string mediaType, byte[] bytes)
    {
        var descriptor = Descriptor.Of(mediaType, bytes);
        Blobs[descriptor.Digest] = bytes;
        return descriptor;
    }

    /// <summary>Puts a manifest or index there without any request.</summary>
    public Descriptor AddManifest(string mediaType, byte[] bytes, params string[] tags)
    {
        var descriptor = Descriptor.Of(mediaType, bytes);
        Manifests[descriptor.Digest] = (mediaType, bytes);
        foreach (var tag in tags) Tags[tag] = descriptor.Digest;
        return descriptor;
    }

    /// <summary>What a reader of a tag would miss: every digest below it that is not there.</summary>
    public IReadOnlyList<Digest> Missing(string tag) => Tags.TryGetValue(tag, out var root) ? [.. MissingBelow(root)] : [];

    private IEnumerable<Digest> MissingBelow(Digest digest)
    {
        if (!Manifests.TryGetValue(digest, out var manifest)) return [digest];
        if (MediaTypes.IsIndex(manifest.MediaType)) return ImageIndex.Parse(manifest.Bytes).Manifests.SelectMany(m => MissingBelow(m.Digest));
        var document = ImageManifest.Parse(manifest.Bytes);
        return document.Layers.Append(document.Config).Select(d => d.Digest).Where(d => !Blobs.ContainsKey(d));
    }
}
