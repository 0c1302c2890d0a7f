using MsBuildKit.Engine;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Statements;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Makes the image that an exporter is about, and tells of it as BuildKit does.</summary>
internal static class ImageMaking
{
    // The last second that there is: nobody knows how new files are that came with their times.
    private const long Unknown = 253_402_300_799;

    /// <summary>The names that an exporter gives its image.</summary>
    public static IReadOnlyList<ImageReference> Names(ImageAttributes attributes, FrontendResult result)
    {
        var names = attributes.Names is ["*"] ? result.Metadata.GetValueOrDefault("image.name")?.ToStringUtf8().Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [] : attributes.Names;
        return [.. names.Select(n => ImageReference.Parse(n))];
    }

    public static async Task<AssembledImage> MakeAsync(BuildBridge bridge, FrontendResult result, ImageAttributes attributes, IReadOnlyList<ImageReference> names, bool withStatements, CancellationToken cancellationToken)
    {
        result = attributes.Describe(result);
        // An index is made for others than these, and then it has these too.
        var isAttached = withStatements && (attributes.HasInlineStatements is true || ResultTrees.IsSplit(result) || result.Statements.Values.Any(s => s.Any(t => !t.IsInlineOnly)));
        var annotations = new ImageAnnotations(result.Metadata, attributes.Said);
        var times = new ImageTimes(attributes, bridge.How.KeepsTimes ? Unknown : bridge.How.SourceDateEpoch);
        var images = await ResultImages.OfAsync(result, times, bridge, WriteAsync, cancellationToken).ConfigureAwait(false);
        // A build of nothing is an image of nothing.
        if (images.Count == 0)
            images = [new SolvedImage(bridge.Machine, null, await bridge.Job.SolveAsync((Engine.Llb.Pb.Definition?)null, cancellationToken).ConfigureAwait(false), new ImageConfig { Architecture = bridge.Machine.Architecture, Os = bridge.Machine.Os, Variant = bridge.Machine.Variant })];
        images = [.. images.Select(i => i with { Annotations = annotations.OfManifest(i.Platform), DescriptorAnnotations = annotations.OfManifestDescriptor(i.Platform) })];
        var request = bridge.How with
        {
            Names = names,
            DockerFormat = attributes.OciMediaTypes is false ? true : attributes.OciMediaTypes is true || images.Any(i => i.Predicates.Count > 0) ? false : null,
            IndexAnnotations = annotations.OfIndex,
            HoldsZstd = attributes.OciMediaTypes is false,
            AlwaysIndexed = withStatements && ResultTrees.IsSplit(result),
            StatesInImages = !attributes.StatesInArtifacts,
        };
        var image = await bridge.Job.MakeAsync(request, images, attributes.Compression, cancellationToken).ConfigureAwait(false);
        var pointing = image.Manifests is [var only] && image.Root.Digest == only.Descriptor.Digest ? annotations.OfManifestDescriptor(only.Platform) : annotations.OfIndexDescriptor;
        return pointing.Count == 0 ? image : image with { Root = image.Root with { Annotations = pointing } };

        async Task<IReadOnlyList<Predicate>> WriteAsync(IReadOnlyList<ResultStatement> statements) =>
            isAttached ? await Task.WhenAll(statements.Select(s => s.Write(names, cancellationToken))).ConfigureAwait(false) : [];
    }

    /// <summary>What the client is told.</summary>
    public static Dictionary<string, string> Describe(AssembledImage image, IReadOnlyList<ImageReference> names)
    {
        var descriptor = OciJson.Write(new Descriptor { MediaType = image.Root.MediaType, Digest = image.Root.Digest, Size = image.Root.Size, Annotations = image.Root.Annotations });
        var told = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["containerimage.digest"] = image.Root.Digest.ToString(),
            ["containerimage.descriptor"] = Convert.ToBase64String(descriptor),
        };
        if (image.Manifests is [var only]) told["containerimage.config.digest"] = only.Config.Digest.ToString();
        if (names.Count > 0) told["image.name"] = string.Join(',', names);
        return told;
    }
}
