using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Images;

/// <summary>A layer.</summary>
/// <param name="DiffId">The digest of the tar, where the configuration tells it.</param>
/// <param name="CreatedBy">How it came to be, where the history tells it.</param>
internal sealed record LayerView(Descriptor Blob, Digest? DiffId, string? CreatedBy);
