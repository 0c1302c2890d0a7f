using Google.Protobuf;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>A Dockerfile that was read, and what it copies of.</summary>
/// <param name="Text">Of the Dockerfile.</param>
/// <param name="File">What it is called.</param>
/// <param name="Graph">What it was read of.</param>
/// <param name="Vertex">The operation that warnings belong to.</param>
/// <param name="Ignore">The content of the file beside it that says what is not copied; <c>null</c> when there is none.</param>
/// <param name="Context">What <c>COPY</c> without <c>--from</c> copies of.</param>
internal sealed record LoadedDefinition(string Text, string File, Definition Graph, Digest Vertex, byte[]? Ignore, BuildContext Context)
{
    /// <summary>As warnings and errors carry it.</summary>
    public SourceInfo Info { get; } = new() { Filename = File, Language = "Dockerfile", Data = ByteString.CopyFromUtf8(Text), Definition = Graph };
}
