namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Numbers that a user may give to others' files and processes: <paramref name="Count"/> from <paramref name="First"/> on.</summary>
public readonly record struct IdRange(long First, long Count);
