namespace MsBuildKit.Engine.Oci;

/// <summary>What is remembered of a layer.</summary>
/// <param name="DiffId">Of its uncompressed bytes.</param>
/// <param name="Blob">Its bytes as they are kept.</param>
/// <param name="CreatedBy">What made it.</param>
internal sealed record LayerRecord(Digest DiffId, Descriptor Blob, string CreatedBy);
