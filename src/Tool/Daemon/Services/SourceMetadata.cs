using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends.Dockerfile;
using MsBuildKit.Tool.Protocol.Gateway;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Finds what sources are before they are taken: which digest, which commit, which configuration.</summary>
internal sealed class SourceMetadata(BuildBridge bridge)
{
    private const string Image = "docker-image://", Layout = "oci-layout://";

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
            if (request.Image is { } wanted && (wanted.AttestationChain || wanted.ResolveAttestations.Count > 0))
                response.Image.AttestationChain = await ImageAttestations.FindAsync(found, wanted.ResolveAttestations, cancellationToken).ConfigureAwait(false);
            return response;
        }
        if (source.Identifier.StartsWith(Layout, StringComparison.Ordinal))
        {
            response.Image = await DescribeLayoutAsync(source, platform, cancellationToken).ConfigureAwait(false);
            return response;
        }
        if (request.HTTP?.ChecksumRequest is { } asked) SourceChecksum.Check(asked);
        var facts = await bridge.Job.InspectAsync(source, request.Git?.ReturnObject is true, cancellationToken).ConfigureAwait(false)
            ?? throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"nothing can be told of the source '{source.Identifier}' before it is taken: ask for an image, a layout, a git repository or a web address");
        if (source.Identifier.StartsWith("git://", StringComparison.Ordinal)) response.Git = Describe(facts);
        else response.HTTP = await DescribeAsync(facts, request.HTTP?.ChecksumRequest, cancellationToken).ConfigureAwait(false);
        return response;
    }

    private async Task<ResolveSourceImageResponse> DescribeLayoutAsync(SourceOp source, Platform platform, CancellationToken cancellationToken)
    {
        var (name, digest) = source.Identifier[Layout.Length..].Split('@', 2) is [var before, var after] && Digest.TryParse(after, out var named)
            ? (before, named) : throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"'{source.Identifier}' has no digest: write oci-layout://STORE@DIGEST");
        var layout = await bridge.Lent.FindLayoutAsync(name, source.Attrs.AsReadOnly(), cancellationToken).ConfigureAwait(false)
            ?? throw new FrontendException(FrontendException.NoLayout, ErrorKind.NotFound, $"The client lends no layout '{name}'. Name one that it does, or build without it.");
        var root = await ImageResolution.DescribeAsync(layout, digest, name, cancellationToken).ConfigureAwait(false);
        var found = await ImageResolution.ResolveAsync(layout, root, platform, takesOnlyImage: true, cancellationToken).ConfigureAwait(false);
        return new ResolveSourceImageResponse { Digest = root.Digest.ToString(), Config = ByteString.CopyFrom(OciJson.Write(found.Config)) };
    }

    private static ResolveSourceGitResponse Describe(SourceFacts facts)
    {
        var described = new ResolveSourceGitResponse { Checksum = facts.Checksum, Ref = facts.Ref, CommitChecksum = facts.Commit };
        if (facts.CommitObject is { } commit) described.CommitObject = ByteString.CopyFrom(commit);
        if (facts.TagObject is { } tag) described.TagObject = ByteString.CopyFrom(tag);
        return described;
    }

    private async Task<ResolveSourceHTTPResponse> DescribeAsync(SourceFacts facts, ChecksumRequest? asked, CancellationToken cancellationToken)
    {
        var described = new ResolveSourceHTTPResponse { Checksum = facts.Checksum, Filename = facts.FileName };
        if (facts.Changed is { } changed) described.LastModified = Timestamp.FromDateTimeOffset(changed);
        if (asked is null) return described;
        var content = bridge.Job.OpenBlob(facts.Content!.Value);
        await using (content.ConfigureAwait(false)) described.ChecksumResponse = await SourceChecksum.ComputeAsync(content, asked, cancellationToken).ConfigureAwait(false);
        return described;
    }
}
