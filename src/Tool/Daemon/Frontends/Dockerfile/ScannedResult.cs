using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Has an image look through a Dockerfile's result when the call names one: only here it is known what else is to be looked through.</summary>
internal sealed class ScannedResult(BuildBridge bridge, FrontendCall call)
{
    /// <summary>The result, with what the scanner will say of each platform.</summary>
    public async Task<FrontendResult> ScanAsync(FrontendResult result, IReadOnlyList<DockerfileImage> images, CancellationToken cancellationToken)
    {
        if (await SbomScanner.FindAsync(bridge, AttestRequest.Of(call.Attributes).Sbom, cancellationToken).ConfigureAwait(false) is not { } scanner) return result;
        var told = new Dictionary<string, Attestations>(StringComparer.Ordinal);
        foreach (var image in images) told[image.Platform.ToString()] = new Attestations { Attestation = { scanner.Scan(image.Platform.ToString(), image.Graph, image.Scans) } };
        return result with { Attestations = told };
    }
}
