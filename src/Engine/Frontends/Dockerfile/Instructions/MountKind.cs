namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>The kinds of <c>--mount</c>.</summary>
public enum MountKind
{
    Bind,
    Cache,
    Tmpfs,
    Secret,
    Ssh,
}
