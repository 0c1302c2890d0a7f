using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Frontends;

/// <summary>Translates what people write into graphs.</summary>
internal interface IFrontend
{
    /// <summary>Answers a call, with what the build has.</summary>
    Task<FrontendResult> SolveAsync(BuildBridge bridge, FrontendCall call, CancellationToken cancellationToken);
}
