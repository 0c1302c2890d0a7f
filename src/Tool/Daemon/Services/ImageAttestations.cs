using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>What is stated about an image, with the documents that prove that it is about this one: the index, and the manifest of the statements. Signatures that
/// registries list beside an image are not looked for.</summary>
internal static class ImageAttestations
{
    private const string Statements = "attestation-manifest";

    /// <summary>The documents.</summary>
    /// <param name="image">The image.</param>
    /// <param name="predicates">Kinds of statements that are wanted themselves.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<AttestationChain> FindAsync(ResolvedImage image, IReadOnlyCollection<string> predicates, CancellationToken cancellationToken)
    {
        var chain = new AttestationChain { Root = image.Root.Digest.ToString(), ImageManifest = image.Manifest.Digest.ToString() };
        if (!MediaTypes.IsIndex(image.Root.MediaType)) return chain;
        var index = ImageIndex.Parse(await AddAsync(chain, image, image.Root, cancellationToken).ConfigureAwait(false));
        if (index.Manifests.FirstOrDefault(m => IsAbout(m, image.Manifest.Digest)) is not { } found) return chain;
        chain.AttestationManifest = found.Digest.ToString();
        var manifest = ImageManifest.Parse(await AddAsync(chain, image, found, cancellationToken).ConfigureAwait(false));
        foreach (var statement in manifest.Layers.Where(l => l.Annotations?.GetValueOrDefault(AnnotationKeys.PredicateType) is { } type && predicates.Contains(type)))
            await AddAsync(chain, image, statement, cancellationToken).ConfigureAwait(false);
        return chain;
    }

    private static bool IsAbout(Descriptor manifest, Digest image) => manifest.Annotations is { } annotations
        && annotations.GetValueOrDefault(AnnotationKeys.ReferenceType) == Statements && annotations.GetValueOrDefault(AnnotationKeys.ReferenceDigest) == image.ToString();

    private static async Task<byte[]> AddAsync(AttestationChain chain, ResolvedImage image, Descriptor document, CancellationToken cancellationToken)
    {
        var bytes = await ImageResolution.ReadAsync(image.Source, document, cancellationToken).ConfigureAwait(false);
        var described = new BlobDescriptor { MediaType = document.MediaType, Digest = document.Digest.ToString(), Size = document.Size };
        foreach (var (key, value) in document.Annotations ?? new Dictionary<string, string>()) described.Annotations[key] = value;
        chain.Blobs[document.Digest.ToString()] = new Blob { Descriptor_ = described, Data = ByteString.CopyFrom(bytes) };
        return bytes;
    }
}
