using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Checks that images are whole: index, manifests, configurations, layers, each by digest, size and media type, and that layers
/// unpack to what the configuration promises.</summary>
/// <remarks>Documents are walked first, which is quick and decides what blobs there must be; the blobs are then read on all cores. A fault
/// ends the walk only below itself, so that one look tells all that is wrong.</remarks>
public sealed class ImageVerifier(IContentSource source, int parallelism)
{
    // As deep as images are resolved.
    private const int DeepestIndex = 3;

    private readonly Dictionary<Digest, BlobCheck> _blobs = [];
    private readonly HashSet<Digest> _documents = [];
    private readonly List<ImageFault> _faults = [];
    private int _images;
    private long _bytes;

    /// <summary>Checks all that an index names. To be used once.</summary>
    public async Task<ImageVerification> VerifyAsync(ImageIndex index, CancellationToken cancellationToken)
    {
        foreach (var entry in index.Manifests) await WalkAsync(entry, NameOf(entry), 0, cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(
            _blobs.Values.OrderByDescending(b => b.Blob.Size),
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (check, token) => await GuardAsync(check.Where, () => CheckAsync(check, token)).ConfigureAwait(false)).ConfigureAwait(false);
        return new ImageVerification(
            _images, _documents.Count + _blobs.Count, _bytes,
            [.. _faults.OrderBy(f => f.Where, StringComparer.Ordinal).ThenBy(f => f.Problem, StringComparer.Ordinal)]);
    }

    private Task WalkAsync(Descriptor entry, string where, int depth, CancellationToken cancellationToken) => GuardAsync(where, async () =>
    {
        if (!_documents.Add(entry.Digest)) return;
        if (MediaTypes.IsIndex(entry.MediaType)) await WalkIndexAsync(entry, where, depth, cancellationToken).ConfigureAwait(false);
        else if (MediaTypes.IsManifest(entry.MediaType)) await WalkManifestAsync(entry, where, cancellationToken).ConfigureAwait(false);
        else Report(where, $"its media type '{entry.MediaType}' is neither that of an index nor that of a manifest");
    });

    private async Task WalkIndexAsync(Descriptor entry, string where, int depth, CancellationToken cancellationToken)
    {
        if (depth == DeepestIndex)
        {
            Report(where, "its indexes are nested too deep");
            return;
        }
        var index = ImageIndex.Parse(await ReadAsync(entry, cancellationToken).ConfigureAwait(false), entry.MediaType);
        foreach (var child in index.Manifests) await WalkAsync(child, $"{where} > {NameOf(child)}", depth + 1, cancellationToken).ConfigureAwait(false);
    }

    private async Task WalkManifestAsync(Descriptor entry, string where, CancellationToken cancellationToken)
    {
        var manifest = ImageManifest.Parse(await ReadAsync(entry, cancellationToken).ConfigureAwait(false), entry.MediaType);
        var isImage = manifest.Config.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig
            && entry.Annotations?.ContainsKey(AnnotationKeys.ReferenceType) != true;
        if (!isImage)
        {
            foreach (var blob in manifest.Layers.Prepend(manifest.Config)) Expect(blob, where, null);
            return;
        }
        _images++;
        ExpectLayers(entry, manifest, await ReadConfigAsync(manifest, where, cancellationToken).ConfigureAwait(false), where);
    }

    private async Task<ImageConfig?> ReadConfigAsync(ImageManifest manifest, string where, CancellationToken cancellationToken)
    {
        ImageConfig? config = null;
        await GuardAsync($"{where} > configuration", async () =>
        {
            _documents.Add(manifest.Config.Digest);
            config = ImageConfig.Parse(await ReadAsync(manifest.Config, cancellationToken).ConfigureAwait(false));
        }).ConfigureAwait(false);
        return config;
    }

    private void ExpectLayers(Descriptor entry, ImageManifest manifest, ImageConfig? config, string where)
    {
        var diffIds = config?.RootFs.DiffIds ?? [];
        if (config is not null && diffIds.Count != manifest.Layers.Count)
            Report(where, $"it has {manifest.Layers.Count} layers, but its configuration tells of {diffIds.Count}");
        if (config is not null && entry.Platform is { } platform && !platform.Matches(config.Platform))
            Report(where, $"it is offered for '{platform.Normalize()}', but its configuration is for '{config.Platform}'");
        for (var i = 0; i < manifest.Layers.Count; i++)
        {
            var layer = manifest.Layers[i];
            var place = $"{where} > layer {i + 1}";
            if (MediaTypes.LayerCompression(layer.MediaType) is null) Report(place, $"its media type '{layer.MediaType}' is not that of a layer");
            Expect(layer, place, i < diffIds.Count ? diffIds[i] : null);
        }
    }

    private void Expect(Descriptor blob, string where, Digest? diffId)
    {
        // Two images may share a layer; they must agree on what it is.
        if (!_blobs.TryAdd(blob.Digest, new BlobCheck(blob, where, diffId)) && _blobs[blob.Digest].Blob.Size != blob.Size)
            Report(where, $"'{blob.Digest}' is said to be {blob.Size} bytes long here and {_blobs[blob.Digest].Blob.Size} elsewhere");
        if (diffId is null) return;
        if (_blobs[blob.Digest].DiffId is { } other && other != diffId) Report(where, $"'{blob.Digest}' is said to unpack to '{diffId}' here and to '{other}' elsewhere");
        if (_blobs[blob.Digest].DiffId is null) _blobs[blob.Digest] = new BlobCheck(blob, where, diffId);
    }

    private async Task CheckAsync(BlobCheck check, CancellationToken cancellationToken)
    {
        if (await HashAsync(check, cancellationToken).ConfigureAwait(false) is { } problem)
        {
            Report(check.Where, problem);
            return;
        }
        if (check.DiffId is not { } diffId || MediaTypes.LayerCompression(check.Blob.MediaType) is not { } compression) return;
        var content = await source.FindAsync(check.Blob.Digest, cancellationToken).ConfigureAwait(false);
        if (content is null) return;
        await using (content.ConfigureAwait(false))
            await LayerReader.ReadAsync(content, compression, diffId, (_, _) => ValueTask.CompletedTask, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> HashAsync(BlobCheck check, CancellationToken cancellationToken)
    {
        var content = await source.FindAsync(check.Blob.Digest, cancellationToken).ConfigureAwait(false);
        if (content is null) return $"'{check.Blob.Digest}' is not there";
        await using (content.ConfigureAwait(false))
        {
            var (digest, length) = await BlobHash.ComputeAsync(content, check.Blob.Digest.Algorithm, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _bytes, length);
            if (length != check.Blob.Size) return $"'{check.Blob.Digest}' is {length} bytes long, not {check.Blob.Size}";
            return digest == check.Blob.Digest ? null : $"the bytes of '{check.Blob.Digest}' are those of '{digest}'";
        }
    }

    private async Task<byte[]> ReadAsync(Descriptor document, CancellationToken cancellationToken)
    {
        var bytes = await ImageResolution.ReadAsync(source, document, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _bytes, bytes.Length);
        return bytes;
    }

    private async Task GuardAsync(string where, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            Report(where, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Report(where, $"it cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    private void Report(string where, string problem)
    {
        lock (_faults) _faults.Add(new ImageFault(where, problem));
    }

    private static string NameOf(Descriptor entry) =>
        entry.Annotations?.GetValueOrDefault(AnnotationKeys.ContainerdImageName)
        ?? entry.Annotations?.GetValueOrDefault(AnnotationKeys.RefName)
        ?? (entry.Platform is { Os: not "unknown" } platform ? platform.Normalize().ToString() : null)
        ?? entry.Digest.ToString()[..19];

    private sealed record BlobCheck(Descriptor Blob, string Where, Digest? DiffId);
}
