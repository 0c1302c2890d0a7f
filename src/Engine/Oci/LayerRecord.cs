namespace MsBuildKit.Engine.Oci;

/// <summary>What is remembered of a layer.</summary>
/// <param name="DiffId">Of its uncompressed bytes.</param>
/// <param name="Blob">Its bytes as they are kept.</param>
/// <param name="CreatedBy">What made it.</param>
/// <param name="Repository">The registry's repository that has the blob, by any reference to it; absent for a layer that is only in the store.</param>
internal sealed record LayerRecord(Digest DiffId, Descriptor Blob, string CreatedBy, string? Repository = null);
