namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A place that must be in a step's tree for something to be mounted on; its parents are directories.</summary>
public sealed record MountPoint(string Path, bool IsFile);
