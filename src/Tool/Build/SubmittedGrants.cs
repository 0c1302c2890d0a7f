namespace MsBuildKit.Tool.Build;

/// <summary>What steps may do that they may not do by themselves.</summary>
/// <param name="HostNetwork">Use this machine's network.</param>
/// <param name="Insecure">Run without confinement.</param>
/// <param name="Devices">Use devices of this machine.</param>
internal sealed record SubmittedGrants(bool HostNetwork = false, bool Insecure = false, bool Devices = false);
