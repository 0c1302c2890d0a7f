using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Workers.Blobs;

/// <summary>One blob of a repository or of a layout that a caller lends: <c>docker-image+blob://NAME@DIGEST</c>, <c>oci-layout+blob://NAME@DIGEST</c>.</summary>
/// <param name="Name">What stands before the digest: the repository, or any name that a client gave its layout.</param>
/// <param name="Digest">Of the blob, by SHA-256.</param>
/// <param name="IsLent">It is of a layout.</param>
public sealed record BlobAddress(string Name, Digest Digest, bool IsLent)
{
    /// <summary>Of blobs of repositories.</summary>
    public const string Registry = "docker-image+blob";

    /// <summary>Of blobs of layouts.</summary>
    public const string Layout = "oci-layout+blob";

    /// <summary>As an image is named.</summary>
    public ImageReference Reference => ImageReference.Parse($"{Name}@{Digest}");

    /// <summary>Reads an address; <c>null</c> for anything else.</summary>
    public static BlobAddress? Find(string text)
    {
        if (text.Split("://", 2) is not [Registry or Layout, var rest] || rest.Split('@') is not [{ Length: > 0 } name, var hash]) return null;
        if (!Digest.TryParse(hash, out var digest) || digest.Algorithm != "sha256" || !ImageReference.TryParse(rest, out var reference, out _) || reference!.Tag is not null) return null;
        return new BlobAddress(name, digest, text.StartsWith(Layout, StringComparison.Ordinal));
    }

    /// <inheritdoc />
    public override string ToString() => $"{(IsLent ? Layout : Registry)}://{Name}@{Digest}";
}
