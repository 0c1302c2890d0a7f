namespace MsBuildKit.Tool.Build;

/// <summary>What steps may do that they may not do by themselves.</summary>
/// <param name="HostNetwork">Use this machine's network.</param>
/// <param name="Insecure">Run without confinement.</param>
internal sealed record SubmittedGrants(bool HostNetwork = false, bool Insecure = false);
