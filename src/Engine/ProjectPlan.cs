using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>A project's image: what the project says, its base, and what the frontend made of both.</summary>
internal sealed record ProjectPlan(ProjectImage Image, ResolvedBase Base, IReadOnlyList<ProjectLayer> Layers, LlbState State, ImageConfig Config)
    : ImagePlan(Image.Platform, LlbMarshaller.MarshalOrNull(State), Config)
{
    /// <summary>Every tree that the session lends for it.</summary>
    public IEnumerable<LocalTree> Trees => Layers.Select(l => l.Tree).Concat(Image.Steps.SelectMany(s => s.Trees));

    /// <inheritdoc />
    public override bool IsOnDocker => Base.IsDocker;

    /// <inheritdoc />
    public override IReadOnlyList<Layer> BaseLayers => Base.Image is { } image ? SourceLayers.Of(image, (Image.Base as RegistryBase)?.Reference).Layers : [];

    /// <inheritdoc />
    public override IEnumerable<(ImageReference Reference, Digest Digest)> References
    {
        get
        {
            if (Image.Base is RegistryBase { Reference: { Digest: null } own }) yield return (own, Base.Image!.Root.Digest);
            foreach (var (name, context) in Image.Contexts)
                if (context is RegistryBase { Reference: { Digest: null } reference })
                    yield return (reference, Base.Contexts[name].Image!.Root.Digest);
        }
    }

    /// <inheritdoc />
    public override SourcePosition? FindPosition(string vertex) => Image.Steps.FirstOrDefault(s => StepTitle.Of(s) == vertex)?.Position;
}
