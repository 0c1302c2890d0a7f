using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Makes an image of what was solved, with what is said of it.</summary>
internal sealed class ImageMaker(BuildRequest request, LocalContentStore store, IReadOnlyList<ImageReference> names)
{
    public async Task<(AssembledImage Image, IReadOnlyList<StatementTexts> Texts)> MakeAsync(
        IReadOnlyList<ImagePlan> plans, IReadOnlyList<LayerChain> chains, IImageDescriber describer, CancellationToken cancellationToken)
    {
        var docker = request.DockerFormat ?? FollowsDockerBase(plans, chains);
        var assembler = new ImageAssembler(store, new AssemblyOptions(docker, request.SourceDateEpoch, request.Annotations) { IndexAnnotations = request.IndexAnnotations ?? request.Annotations, StatesInImages = request.StatesInImages, AlwaysIndexed = request.AlwaysIndexed, HoldsZstd = request.HoldsZstd });
        var parts = new List<(AssembledManifest, IReadOnlyList<Statement>)>();
        var texts = new List<StatementTexts>();
        for (var i = 0; i < plans.Count; i++)
        {
            var manifest = await assembler.AssembleAsync(new PlatformImage(plans[i].Platform, plans[i].Config, chains[i], plans[i].HasWholeHistory) { Created = plans[i].Created, Stamp = plans[i].Stamp, Annotations = plans[i].Annotations, DescriptorAnnotations = plans[i].DescriptorAnnotations }, cancellationToken).ConfigureAwait(false);
            var text = await describer.DescribeAsync(plans[i], chains[i], cancellationToken).ConfigureAwait(false);
            texts.Add(text);
            // Docker's own format has no place for statements: they stay files.
            parts.Add((manifest, docker ? [] : [.. Statements(text, manifest)]));
        }
        return (await assembler.CompleteAsync(parts, cancellationToken).ConfigureAwait(false), texts);
    }

    private bool FollowsDockerBase(IReadOnlyList<ImagePlan> plans, IReadOnlyList<LayerChain> chains) =>
        plans is [{ IsOnDocker: true }] && !request.Sbom && !request.Provenance
        && chains[0].Layers.All(l => MediaTypes.LayerCompression(l.Blob.MediaType) is Compression.None or Compression.Gzip);

    private IEnumerable<Statement> Statements(StatementTexts texts, AssembledManifest manifest) =>
        texts.Predicates().Select(p => new Statement(p.Type, InTotoStatement.Write(p, names, manifest.Platform, manifest.Descriptor.Digest)));
}
