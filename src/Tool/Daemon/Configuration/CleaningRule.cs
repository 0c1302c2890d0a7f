namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>What the daemon removes by itself after builds (<c>gcpolicy</c>).</summary>
internal sealed record CleaningRule
{
    /// <summary>Removes internal records too.</summary>
    public bool All { get; init; }

    /// <summary>Only what fits one of these; empty for anything.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Only what was not used for so long.</summary>
    public TimeSpan KeepDuration { get; init; }

    /// <summary>So much stays in any case.</summary>
    public DiskSpace ReservedSpace { get; init; }

    /// <summary>No more than this stays.</summary>
    public DiskSpace MaxUsedSpace { get; init; }

    /// <summary>So much of the disk shall be free.</summary>
    public DiskSpace MinFreeSpace { get; init; }
}
