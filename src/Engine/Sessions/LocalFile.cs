namespace MsBuildKit.Engine.Sessions;

/// <summary>One file that the caller lends.</summary>
/// <param name="Path">Where it stands in the tree: slash-separated, relative, no empty, <c>.</c> or <c>..</c> component.</param>
/// <param name="HostPath">The absolute path of its bytes on this machine; a symbolic link is followed, its bounds are the caller's
/// matter.</param>
/// <param name="Mode">Permission bits, or <c>null</c> for the rule: 0755 when the file is executable, else 0644.</param>
/// <param name="Uid">Owner, overriding the copy's.</param>
/// <param name="Gid">Group, overriding the copy's.</param>
public sealed record LocalFile(string Path, string HostPath, int? Mode = null, int? Uid = null, int? Gid = null)
{
    /// <summary>Where its bytes begin at <see cref="HostPath"/>, of a file in a <see cref="SentTree"/>, whose size is known; <c>null</c> when it is all of what is there.</summary>
    public long? Offset { get; init; }

    /// <summary>Its time where it came from, in nanoseconds since 1970, for whoever looks at it; <c>null</c> when nobody said. It is no part of the tree.</summary>
    public long? Modified { get; init; }
}
