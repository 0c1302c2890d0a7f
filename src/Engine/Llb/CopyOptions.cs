namespace MsBuildKit.Engine.Llb;

/// <summary>How <see cref="FileStep.Copy"/> copies.</summary>
public sealed record CopyOptions
{
    /// <summary>Permission bits for what is copied, or <c>null</c> to keep the source's.</summary>
    public int? Mode { get; init; }

    /// <summary>Changes of the permission bits as <c>chmod</c> reads them (<c>u+x,go=r</c>), instead of <see cref="Mode"/>; empty for none.</summary>
    public string ModeText { get; init; } = "";

    /// <summary>The modification time in nanoseconds since 1970, or -1 to keep the source's.</summary>
    /// <value>Default: -1.</value>
    public long Timestamp { get; init; } = -1;

    /// <summary>Whether a source that is a symbolic link stands for what it points to.</summary>
    public bool FollowSymlink { get; init; }

    /// <summary>Whether a directory is copied without itself.</summary>
    public bool ContentsOnly { get; init; }

    /// <summary>Whether an archive is unpacked, as Dockerfile's <c>ADD</c> does it.</summary>
    public bool Unpack { get; init; }

    /// <summary>Whether missing directories of the destination are made.</summary>
    public bool CreateDestination { get; init; }

    /// <summary>Whether <c>*</c>, <c>?</c> and <c>[</c> in the source are patterns.</summary>
    public bool AllowWildcard { get; init; }

    /// <summary>Whether a pattern may match nothing.</summary>
    public bool AllowEmptyWildcard { get; init; }

    /// <summary>Whether a file may take a directory's place and a directory a file's.</summary>
    public bool ReplaceExisting { get; init; }

    /// <summary>Patterns of what is copied; none means everything.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of what is left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Paths of the destination's tree that must be among what was copied.</summary>
    public IReadOnlyList<string> RequiredPaths { get; init; } = [];
}
