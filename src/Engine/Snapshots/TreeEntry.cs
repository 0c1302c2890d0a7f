using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>One name in a file tree, as a layer holds it.</summary>
public sealed record TreeEntry
{
    /// <summary>Slash-separated and relative to the root of the image: no leading slash, no empty, <c>.</c> or <c>..</c> component.</summary>
    public required string Path { get; init; }

    public required TreeEntryType Type { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky, 0 to 0o7777.</summary>
    public required int Mode { get; init; }

    public int Uid { get; init; }

    public int Gid { get; init; }

    /// <summary>Modification time in whole seconds of the Unix epoch.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>Bytes of content; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>The SHA-256 of a file's content, where that is known before it is read.</summary>
    public Digest? Content { get; init; }

    /// <summary>The target of a symbolic link, as written, or the path of a hard link's first name.</summary>
    public string? Link { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes by full name (<c>security.capability</c>).</summary>
    public IReadOnlyDictionary<string, byte[]>? Xattrs { get; init; }

    /// <summary>Opens the content of a file; <c>null</c> for all else and for empty files. The caller disposes the stream.</summary>
    public Func<Stream>? Open { get; init; }
}
