using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Finds the base of an image, whatever kind it is, and pins it by digest.</summary>
internal sealed class BaseResolver(LocalContentStore store, IImageResolver images, PackageComposer composer, long sourceDateEpoch)
{
    /// <summary>The base, and every other image that the steps need files of.</summary>
    public async Task<ResolvedBase> ResolveAsync(ProjectImage image, CancellationToken cancellationToken)
    {
        var wanted = image.Contexts.Select(c => (Kind: "context-" + c.Key, Image: c.Value)).Prepend((Kind: "base", Image: image.Base));
        var found = await Task.WhenAll(wanted.Select(w => ResolveAsync(w.Image, image.Platform, w.Kind, cancellationToken))).ConfigureAwait(false);
        return found[0] with { Contexts = image.Contexts.Keys.Zip(found.Skip(1)).ToDictionary(c => c.First, c => c.Second, StringComparer.Ordinal) };
    }

    private Task<ResolvedBase> ResolveAsync(BaseImage image, Platform platform, string kind, CancellationToken cancellationToken) => image switch
    {
        ScratchBase => Task.FromResult(new ResolvedBase(LlbState.Scratch, null, null, null, [])),
        RegistryBase registry => ResolveRegistryAsync(registry, platform, cancellationToken),
        LocalBase local => ResolveLocalAsync(local, platform, kind, cancellationToken),
        ComposedBase composed => ComposeAsync(composed, platform, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(image)),
    };

    private async Task<ResolvedBase> ResolveRegistryAsync(RegistryBase wanted, Platform platform, CancellationToken cancellationToken)
    {
        var image = await images.ResolveAsync(wanted.Reference, platform, cancellationToken).ConfigureAwait(false);
        var pinned = wanted.Reference.WithDigest(image.Root.Digest);
        var component = new SbomComponent(
            wanted.Reference.ToString(), wanted.Reference.Tag, PackageUrl.Of(pinned, platform), Algorithm: "SHA256", Hash: image.Root.Digest.Hex, Purpose: "CONTAINER");
        return new ResolvedBase(
            LlbState.Image(pinned.ToString(), platform, $"from {wanted.Reference}"),
            image, new BaseName(wanted.Reference.ToString(), image.Root.Digest), null, [component]);
    }

    private async Task<ResolvedBase> ResolveLocalAsync(LocalBase wanted, Platform platform, string kind, CancellationToken cancellationToken)
    {
        IContentSource source;
        Descriptor root;
        if (Directory.Exists(wanted.Path))
        {
            var layout = new ImageLayout(wanted.Path);
            (source, root) = (layout, await layout.FindImageAsync(wanted.Tag, cancellationToken).ConfigureAwait(false));
        }
        else
        {
            var archive = await ImageArchive.OpenAsync(wanted.Path, cancellationToken).ConfigureAwait(false);
            (source, root) = (archive, archive.FindImage(wanted.Tag));
        }
        var image = await ImageResolution.ResolveAsync(source, root, platform, cancellationToken).ConfigureAwait(false);
        var name = Path.GetFileName(wanted.Path.TrimEnd('/', '\\'));
        var component = new SbomComponent(name, wanted.Tag, null, Algorithm: "SHA256", Hash: image.Manifest.Digest.Hex, Purpose: "CONTAINER");
        return FromLayout(kind, source, image, platform, $"from {name}", [component]);
    }

    private async Task<ResolvedBase> ComposeAsync(ComposedBase wanted, Platform platform, CancellationToken cancellationToken)
    {
        var composed = await composer.ComposeAsync(
            new CompositionRequest
            {
                Distribution = wanted.Distribution,
                Platform = platform,
                Packages = wanted.Packages,
                Mirrors = wanted.Mirrors,
                Keyring = wanted.Keyring,
                LockFile = wanted.LockFile,
                CheckValidUntil = wanted.CheckValidUntil,
                SourceDateEpoch = sourceDateEpoch > 0 ? sourceDateEpoch : null,
            },
            cancellationToken).ConfigureAwait(false);
        var image = await ImageResolution.ResolveAsync(store, composed.Manifest, platform, cancellationToken).ConfigureAwait(false);
        return FromLayout("composed", store, image, platform, $"from {wanted.Distribution}", [.. composed.Packages.Select(p => Describe(p, wanted.Distribution))]);
    }

    private static SbomComponent Describe(ComposedPackage package, string distribution) => new(
        package.Name, package.Version, PackageUrl.OfDebian(package.Name, package.Version, package.Architecture, distribution.Replace('/', '-')),
        Supplier: "Debian", Algorithm: "SHA256", Hash: package.Sha256);

    private static ResolvedBase FromLayout(
        string kind, IContentSource source, ResolvedImage image, Platform platform, string title, IReadOnlyList<SbomComponent> parts)
    {
        var name = $"{kind}-{platform.ToString().Replace('/', '-')}";
        return new ResolvedBase(
            LlbState.OciLayout(name, image.Manifest.Digest, platform, title), image, null, KeyValuePair.Create(name, source), parts);
    }
}
