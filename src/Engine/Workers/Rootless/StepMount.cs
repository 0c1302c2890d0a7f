namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Something mounted for a step at <paramref name="Destination"/>, an absolute path in its tree.</summary>
public abstract record StepMount(string Destination)
{
    /// <summary>Whether a file is mounted, and not a directory.</summary>
    internal abstract bool IsFile { get; }
}
