using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>A block of a layer as it is written.</summary>
/// <param name="Content">Of what was compressed; empty where nobody asks.</param>
/// <param name="Bytes">What it became.</param>
internal sealed record CompressedBlock(Digest Content, ReadOnlyMemory<byte> Bytes);
