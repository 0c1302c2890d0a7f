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

    /// <summary>What a source is, as the policy wants it. Throws MBK2507 for a kind of which nothing can be told.</summary>
    public async Task<ResolveSourceMetaResponse> ResolveAsync(ResolveSourceMetaRequest request, CancellationToken cancellationToken)
    {
        var policed = request.Clone();
        policed.Source = await bridge.PoliceAsync(request.Source ?? new SourceOp(), request.Platform, request.SourcePolicies, cancellationToken).ConfigureAwait(false);
        var title = request.LogName.Length > 0 ? request.LogName : $"resolve metadata for {policed.Source.Identifier}";
        return await bridge.Status.RunAsync(title, _ => FindAsync(policed, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>The same, whatever a policy says.</summary>
    public Task<ResolveSourceMetaResponse> FindAsync(ResolveSourceMetaRequest request, CancellationToken cancellationToken)
    {
        var platform = request.Platform is { OS.Length: > 0 } p
            ? new Platform { Os = p.OS, Architecture = p.Architecture, Variant = p.Variant.Length > 0 ? p.Variant : null }.Normalize() : bridge.Machine;
        return FindAsync(request, platform, cancellationToken);
    }

    private async Task<ResolveSourceMetaResponse> FindAsync(ResolveSourceMetaRequest request, Platform platform, CancellationToken cancellationToken)
    {
        var source = request.Source;
        var response = new ResolveSourceMetaResponse { Source = source };
        if (source.Identifier.StartsWith(Image, StringComparison.Ordinal))
        {
            var found = await bridge.Job.Images.ResolveAsync(ImageReference.Parse(source.Identifier[Image.Length..]), platform, cancellationToken).ConfigureAwait(false);
            response.Image = new ResolveSourceImageResponse { Digest = found.Root.Digest.ToString() };
            if (request.Image?.NoConfig is not true) response.Image.Config = ByteString.CopyFrom(OciJson.Write(found.Config));
            return response;
        }
        var pin = await bridge.Job.PinAsync(source, cancellationToken).ConfigureAwait(false)
            ?? throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"nothing can be told of the source '{source.Identifier}' before it is taken: ask for an image, a git repository or a web address");
        if (source.Identifier.StartsWith("git://", StringComparison.Ordinal)) response.Git = new ResolveSourceGitResponse { Checksum = pin };
        else response.HTTP = new ResolveSourceHTTPResponse { Checksum = pin };
        return response;
    }
}
