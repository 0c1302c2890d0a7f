namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>A numeric owner of files.</summary>
public readonly record struct Owner(int Uid, int Gid)
{
    public static Owner Root => default;
}
