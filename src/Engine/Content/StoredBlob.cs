using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>A blob of a store.</summary>
public sealed record StoredBlob(Digest Digest, StoredFile File);
