namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A directory that outlives the step; <paramref name="Path"/> is on the worker's side, given as with
/// <see cref="BindMount"/>.</summary>
public sealed record CacheDirectory(string Path, string Destination, bool ReadOnly = false) : StepMount(Destination)
{
    internal override bool IsFile => false;
}
