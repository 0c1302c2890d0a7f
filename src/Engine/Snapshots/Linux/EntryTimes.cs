namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Which times the entries of a layer may have, in seconds of the Unix epoch.</summary>
/// <param name="Latest">None is after this one,</param>
/// <param name="KeptBefore">unless it is before this one: what came with a time of its own, when all that is made meanwhile has a later one.</param>
public readonly record struct EntryTimes(long Latest, long KeptBefore = long.MinValue)
{
    /// <summary>No limit but the one.</summary>
    public static implicit operator EntryTimes(long latest) => new(latest);

    /// <summary>The time of an entry.</summary>
    public long Of(long seconds) => seconds < KeptBefore ? seconds : Math.Min(seconds, Latest);
}
