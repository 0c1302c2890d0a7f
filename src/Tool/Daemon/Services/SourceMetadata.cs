using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Gateway;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Finds what sources are before they are taken: which digest, which commit, which configuration.</summary>
internal sealed class SourceMetadata(BuildBridge bridge)
{
    private const string Image = "docker-image://";

    /// <summary>What a source is. Throws MBK2507 for a kind of which nothing can be told.</summary>
    /// <param name="source">The source.</param>
    /// <param name="wanted">Of an image; the machine's own when there is none.</param>
    /// <param name="title">What people read meanwhile; empty for a title of our own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<ResolveSourceMetaResponse> ResolveAsync(SourceOp source, Engine.Llb.Pb.Platform? wanted, string title, CancellationToken cancellationToken)
    {
        var policed = bridge.Police(source);
        var platform = wanted is { OS.Length: > 0 } p
            ? new Platform { Os = p.OS, Architecture = p.Architecture, Variant = p.Variant.Length > 0 ? p.Variant : null }.Normalize() : bridge.Machine;
        return bridge.Status.RunAsync(title.Length > 0 ? title : $"resolve metadata for {policed.Identifier}", _ => FindAsync(policed, platform, cancellationToken));
    }

    private async Task<ResolveSourceMetaResponse> FindAsync(SourceOp source, Platform platform, CancellationToken cancellationToken)
    {
        var response = new ResolveSourceMetaResponse { Source = source };
        if (source.Identifier.StartsWith(Image, StringComparison.Ordinal))
        {
            var found = await bridge.Images.ResolveAsync(ImageReference.Parse(source.Identifier[Image.Length..]), platform, cancellationToken).ConfigureAwait(false);
            response.Image = new ResolveSourceImageResponse { Digest = found.Root.Digest.ToString(), Config = ByteString.CopyFrom(OciJson.Write(found.Config)) };
            return response;
        }
        var pin = await bridge.Job.PinAsync(source, cancellationToken).ConfigureAwait(false)
            ?? throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"nothing can be told of the source '{source.Identifier}' before it is taken: ask for an image, a git repository or a web address");
        if (source.Identifier.StartsWith("git://", StringComparison.Ordinal)) response.Git = new ResolveSourceGitResponse { Checksum = pin };
        else response.HTTP = new ResolveSourceHTTPResponse { Checksum = pin };
        return response;
    }
}
