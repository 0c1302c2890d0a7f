namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>A file in a mount of a <see cref="StepContainer"/>.</summary>
/// <param name="Name">The last part of its path.</param>
/// <param name="Mode">Type and permission bits, as stat(2) has them.</param>
/// <param name="Uid">The owner, in ids of the container.</param>
/// <param name="Gid">The group, likewise.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="Modified">When its content last changed: seconds of the Unix epoch, and nanoseconds beyond.</param>
/// <param name="Link">Where a symbolic link leads, as written; else empty.</param>
/// <param name="NodeMajor">Of a device.</param>
/// <param name="NodeMinor">Of a device.</param>
/// <param name="Attributes">Extended attributes.</param>
public sealed record ContainerFile(
    string Name, uint Mode, uint Uid, uint Gid, long Size, (long Seconds, uint Nanoseconds) Modified, string Link, uint NodeMajor, uint NodeMinor, IReadOnlyDictionary<string, byte[]> Attributes);
