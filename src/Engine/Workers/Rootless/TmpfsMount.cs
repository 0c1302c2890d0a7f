namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A directory in memory; <paramref name="Size"/> in bytes, 0 for no limit of its own.</summary>
public sealed record TmpfsMount(string Destination, long Size = 0) : StepMount(Destination)
{
    internal override bool IsFile => false;
}
