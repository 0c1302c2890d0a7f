using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Turns layers and configurations into manifests and an index, as BuildKit lays them out.</summary>
/// <remarks>
/// One platform without statements is a plain manifest. Otherwise an index lists the runnable manifests first, then for each
/// the attestation manifest that speaks of it. Statements need the digest they speak of, so assembling has two steps.
/// </remarks>
public sealed class ImageAssembler(IContentStore store, AssemblyOptions options)
{
    private const string Comment = "msbuildkit.exporter.image.v0";

    private readonly string _created = DateTimeOffset.FromUnixTimeSeconds(options.SourceDateEpoch).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", null);

    /// <summary>The first step: configuration and manifest of one platform.</summary>
    public async Task<AssembledManifest> AssembleAsync(PlatformImage image, CancellationToken cancellationToken)
    {
        var layers = image.Chain.Layers;
        var created = image.Created ?? _created;
        var config = image.Config with
        {
            Created = created,
            RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] },
            History = Extend(image.HasWholeHistory ? Fit(image.Config.History ?? [], layers.Count) : HistoryOf(image.Config), layers, created),
        };
        var configJson = OciJson.Write(config);
        var configBlob = await store.PutAsync(options.Docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig, configJson, cancellationToken).ConfigureAwait(false);
        var mediaType = options.Docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest;
        var manifestJson = OciJson.Write(new ImageManifest
        {
            MediaType = mediaType,
            Config = configBlob,
            Layers = [.. layers.Select((l, i) => Describe(l, options.Docker || i < image.Stamp?.BaseLayers ? null : image.Stamp))],
            Annotations = options.Docker ? null : Join(options.Annotations, image.Annotations),
        });
        var manifest = await store.PutAsync(mediaType, manifestJson, cancellationToken).ConfigureAwait(false);
        return new AssembledManifest(image.Platform, manifest, manifestJson, configBlob, configJson, layers) { DescriptorAnnotations = options.Docker ? null : image.DescriptorAnnotations };
    }

    private static Dictionary<string, string>? Join(IReadOnlyDictionary<string, string> first, IReadOnlyDictionary<string, string>? second)
    {
        var joined = new Dictionary<string, string>(first, StringComparer.Ordinal);
        foreach (var (key, value) in second ?? joined) joined[key] = value;
        return joined.Count > 0 ? joined : null;
    }

    /// <summary>The second step: ties manifests and the statements about each of them together.</summary>
    public async Task<AssembledImage> CompleteAsync(
        IReadOnlyList<(AssembledManifest Manifest, IReadOnlyList<Statement> Statements)> parts, CancellationToken cancellationToken)
    {
        var manifests = parts.Select(p => p.Manifest).ToList();
        if (parts is [{ Statements.Count: 0 } only] && !options.AlwaysIndexed) return new AssembledImage(only.Manifest.Descriptor, manifests, []);
        if (options.Docker && parts.Any(p => p.Statements.Count > 0)) throw CannotHold("statements about an image");

        var attestations = new List<AttestationManifest>();
        foreach (var (manifest, statements) in parts)
            if (statements.Count > 0)
                attestations.Add(await AttestAsync(manifest.Descriptor, statements, cancellationToken).ConfigureAwait(false));
        var indexType = options.Docker ? MediaTypes.DockerIndex : MediaTypes.OciIndex;
        var index = OciJson.Write(new ImageIndex
        {
            MediaType = indexType,
            Manifests = [.. manifests.Select(m => m.Descriptor with { Platform = m.Platform, Annotations = m.DescriptorAnnotations is { Count: > 0 } own ? own : m.Descriptor.Annotations }), .. attestations.Select(a => a.Descriptor)],
            Annotations = options.IndexAnnotations.Count > 0 && !options.Docker ? options.IndexAnnotations : null,
        });
        return new AssembledImage(await store.PutAsync(indexType, index, cancellationToken).ConfigureAwait(false), manifests, attestations) { IndexJson = index };
    }

    private async Task<AttestationManifest> AttestAsync(Descriptor subject, IReadOnlyList<Statement> statements, CancellationToken cancellationToken)
    {
        var blobs = new List<Descriptor>();
        foreach (var statement in statements)
        {
            var blob = await store.PutAsync(MediaTypes.InToto, statement.Json, cancellationToken).ConfigureAwait(false);
            blobs.Add(blob with { Annotations = new Dictionary<string, string> { [AnnotationKeys.PredicateType] = statement.PredicateType } });
        }
        var config = options.StatesInImages ? await store.PutAsync(MediaTypes.OciConfig, OciJson.Write(ConfigOf(blobs)), cancellationToken).ConfigureAwait(false)
            : await store.PutAsync(MediaTypes.OciEmpty, "{}"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        var manifest = OciJson.Write(options.StatesInImages ? new ImageManifest { Config = config, Layers = blobs } : new ImageManifest
        {
            ArtifactType = MediaTypes.DockerAttestation,
            Config = config with { Data = "{}"u8.ToArray() },
            Layers = blobs,
            Subject = subject,
        });
        var descriptor = await store.PutAsync(MediaTypes.OciManifest, manifest, cancellationToken).ConfigureAwait(false);
        return new AttestationManifest(
            descriptor with
            {
                Platform = Platform.Unknown,
                Annotations = new Dictionary<string, string>
                {
                    [AnnotationKeys.ReferenceType] = "attestation-manifest",
                    [AnnotationKeys.ReferenceDigest] = subject.Digest.ToString(),
                },
            },
            [config, .. blobs]);
    }

    // Of an image for no platform, whose layers are the statements.
    private static ImageConfig ConfigOf(IEnumerable<Descriptor> blobs) =>
        new() { Os = Platform.Unknown.Os, Architecture = Platform.Unknown.Architecture, RootFs = new RootFs { DiffIds = [.. blobs.Select(b => b.Digest)] } };

    // A base whose history tells of more layers than it has would shift ours: it is no help, and layers tell for themselves.
    private static IReadOnlyList<HistoryEntry> HistoryOf(ImageConfig config) =>
        config.History is { } history && history.Count(h => !h.EmptyLayer) <= config.RootFs.DiffIds.Count ? history : [];

    // A step may have left no layer, as a copy of nothing does: what the history says beyond the layers made none.
    private static List<HistoryEntry> Fit(IReadOnlyList<HistoryEntry> history, int layers)
    {
        var surplus = history.Count(h => !h.EmptyLayer) - layers;
        var fitted = history.ToList();
        for (var i = fitted.Count - 1; surplus > 0 && i >= 0; i--)
        {
            if (fitted[i].EmptyLayer) continue;
            fitted[i] = fitted[i] with { EmptyLayer = true };
            surplus--;
        }
        return fitted;
    }

    // Every layer has an entry: where the base's history is short, what is missing is filled in before ours.
    private static List<HistoryEntry> Extend(IReadOnlyList<HistoryEntry> history, IReadOnlyList<Layer> layers, string created)
    {
        var extended = new List<HistoryEntry>(history);
        foreach (var layer in layers.Skip(history.Count(h => !h.EmptyLayer)))
            extended.Add(new HistoryEntry { Created = created, CreatedBy = layer.CreatedBy, Comment = Comment });
        return extended;
    }

    private Descriptor Describe(Layer layer, LayerStamp? stamp)
    {
        var compression = MediaTypes.LayerCompression(layer.Blob.MediaType) ?? throw CannotHold($"layers of the type '{layer.Blob.MediaType}'");
        if (options.Docker && compression == Compression.Zstd && !options.HoldsZstd) throw CannotHold("zstd layers");
        return new Descriptor { MediaType = MediaTypes.Layer(compression, options.Docker), Digest = layer.Blob.Digest, Size = layer.Blob.Size, Annotations = stamp is null ? null : AnnotationsOf(stamp) };
    }

    private static Dictionary<string, string> AnnotationsOf(LayerStamp stamp) => new() { [AnnotationKeys.RewrittenTimestamp] = stamp.Epoch.ToString(CultureInfo.InvariantCulture) };

    private static ExportException CannotHold(string what) => new(ExportException.FormatCannotHold, ErrorKind.NotSupported,
        $"Docker's image format cannot hold {what}. Set ContainerImageFormat to OCI, or do without.");
}
