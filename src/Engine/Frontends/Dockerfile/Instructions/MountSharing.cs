namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>Who may use a cache at a time.</summary>
public enum MountSharing
{
    Shared,
    Private,
    Locked,
}
