namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What the caller of a build lets its steps do beyond their sandbox (BuildKit's entitlements).</summary>
/// <param name="HostNetwork"><c>network.host</c></param>
/// <param name="Insecure"><c>security.insecure</c></param>
/// <param name="Devices"><c>device</c></param>
public sealed record StepGrants(bool HostNetwork = false, bool Insecure = false, bool Devices = false);
