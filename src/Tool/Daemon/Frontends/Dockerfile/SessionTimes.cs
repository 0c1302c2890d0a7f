using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Finds the times of sources that a build may take.</summary>
internal sealed class SessionTimes(BuildBridge bridge) : ISourceTimes
{
    /// <inheritdoc />
    public async Task<long?> FindAsync(SourceOp source, CancellationToken cancellationToken)
    {
        var policed = await bridge.PoliceAsync(source, null, [], cancellationToken).ConfigureAwait(false);
        var name = $"[internal] resolve the time of {Engine.Diagnostics.SourceAddress.WithoutCredentials(policed.Identifier)}";
        return await bridge.Status.RunAsync(name, _ => bridge.Job.FindTimeAsync(policed, cancellationToken)).ConfigureAwait(false);
    }
}
