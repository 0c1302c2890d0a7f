using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What is in a file, not read yet.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Open">Opens it to read; the caller disposes the stream.</param>
/// <param name="Digest">Its SHA-256, where that is known.</param>
internal sealed record FileContent(long Size, Func<Stream> Open, Digest? Digest = null);
