using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Workers;

/// <summary>Sources: images, layouts and local trees, none of which moves a layer's bytes; and those of other servers.</summary>
internal sealed class SourceWorker(IBuildSession session, LentTrees trees, IImageResolver images, RemoteSources? remote)
{
    public async Task<Digest> KeyAsync(Vertex vertex, CancellationToken cancellationToken) => Split(vertex) switch
    {
        ("local", var name) => (await trees.GetAsync(name, vertex, cancellationToken).ConfigureAwait(false)).Fingerprint,
        ("docker-image", var name) => Limited(vertex, (await ResolveAsync(vertex, name, cancellationToken).ConfigureAwait(false)).Manifest.Digest),
        ("oci-layout", var name) => Limited(vertex, Digest.Of(Encoding.UTF8.GetBytes($"layout:1\n{SplitLayout(name).Digest}\n{PlatformOf(vertex)}"))),
        var (scheme, _) => await (remote?.FindKey(scheme, vertex, session, cancellationToken) ?? throw NotOffered(scheme)).ConfigureAwait(false),
    };

    public async Task<VertexResult> RunAsync(Vertex vertex, CancellationToken cancellationToken) => Split(vertex) switch
    {
        ("local", var name) => await trees.GetAsync(name, vertex, cancellationToken).ConfigureAwait(false),
        ("docker-image", var name) => Layers(vertex, await ResolveAsync(vertex, name, cancellationToken).ConfigureAwait(false), ImageReference.Parse(name)),
        ("oci-layout", var name) => Layers(vertex, await ResolveLayoutAsync(vertex, name, cancellationToken).ConfigureAwait(false), null),
        var (scheme, _) => await (remote?.FindResult(scheme, vertex, session, cancellationToken) ?? throw NotOffered(scheme)).ConfigureAwait(false),
    };

    /// <summary>Whether all that a source takes is done when its key is known: nothing is fetched for it then.</summary>
    public static bool IsFree(Vertex vertex) => IsImage(vertex) || Split(vertex).Scheme is "local";

    /// <summary>Whether a source is an image.</summary>
    public static bool IsImage(Vertex vertex) => Split(vertex).Scheme is "docker-image" or "oci-layout";

    private async Task<ResolvedImage> ResolveAsync(Vertex vertex, string name, CancellationToken cancellationToken)
    {
        var found = await images.ResolveAsync(ImageReference.Parse(name), PlatformOf(vertex), cancellationToken).ConfigureAwait(false);
        if (!vertex.Op.Source.Attrs.TryGetValue(SourceKeys.ImageChecksum, out var wanted) || wanted == found.Root.Digest.ToString()) return found;
        throw new WorkerException(WorkerException.WrongChecksum, ErrorKind.FailedPrecondition,
            $"image digest {found.Root.Digest} for {name} does not match expected checksum {wanted}. Look at what changed, then correct the checksum.");
    }

    private static int? LimitOf(Vertex vertex)
    {
        var attributes = vertex.Op.Source.Attrs;
        if (!attributes.TryGetValue(SourceKeys.ImageLayerLimit, out var text) && !attributes.TryGetValue(SourceKeys.LayoutLayerLimit, out text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit : throw new LlbException($"invalid layer limit '{text}' of the source '{vertex.Name}'");
    }

    private static Digest Limited(Vertex vertex, Digest key) => LimitOf(vertex) is { } limit ? Digest.Of(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{key} first {limit}"))) : key;

    private async Task<ResolvedImage> ResolveLayoutAsync(Vertex vertex, string name, CancellationToken cancellationToken)
    {
        var (store, digest) = SplitLayout(name);
        var layout = await session.FindLayoutAsync(store, vertex.Op.Source.Attrs.AsReadOnly(), cancellationToken).ConfigureAwait(false) ?? throw new SessionException(SessionException.NotLent, ErrorKind.FailedPrecondition,
            $"The graph asks for the layout '{store}', which this build does not lend. Give it a context of that name.");
        var size = await layout.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"The layout '{store}' has no '{digest}'. Make it again.");
        var root = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = digest, Size = size };
        var document = await ImageResolution.ReadAsync(layout, root, cancellationToken).ConfigureAwait(false);
        return await ImageResolution.ResolveAsync(layout, root with { MediaType = OciJson.MediaTypeOf(document) }, PlatformOf(vertex), takesOnlyImage: true, cancellationToken).ConfigureAwait(false);
    }

    private static (string Store, Digest Digest) SplitLayout(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? throw new LlbException($"the layout source '{name}' has no digest") : (name[..at], Digest.Parse(name[(at + 1)..]));
    }

    private static LayersResult Layers(Vertex vertex, ResolvedImage image, ImageReference? repository)
    {
        var chain = SourceLayers.Of(image, repository);
        return new LayersResult(LimitOf(vertex) is { } limit ? new LayerChain([.. chain.Layers.Take(limit)]) : chain);
    }

    /// <summary>The platform that an operation is for; <c>null</c> when it names none.</summary>
    internal static Platform? PlatformOf(Op op) => op.Platform is { OS.Length: > 0 } p
        ? new Platform { Os = p.OS, Architecture = p.Architecture, Variant = p.Variant.Length > 0 ? p.Variant : null, OsVersion = p.OSVersion.Length > 0 ? p.OSVersion : null }.Normalize()
        : null;

    private static Platform PlatformOf(Vertex vertex) => PlatformOf(vertex.Op) ?? throw new LlbException($"the source '{vertex.Name}' names no platform");

    private static (string Scheme, string Name) Split(Vertex vertex)
    {
        var identifier = vertex.Op.Source.Identifier;
        var at = identifier.IndexOf("://", StringComparison.Ordinal);
        return (identifier[..at], identifier[(at + 3)..]);
    }

    private static WorkerException NotOffered(string scheme) =>
        new(WorkerException.NotOffered, ErrorKind.NotSupported, $"Sources of the kind '{scheme}://' are not offered here. Use docker-image, oci-layout, local, https or git.");
}
