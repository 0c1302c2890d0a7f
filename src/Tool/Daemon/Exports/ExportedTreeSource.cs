using Google.Protobuf;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>An exported tree as it is sent to a client.</summary>
internal sealed class ExportedTreeSource(ExportedTree tree) : ISentTree
{
    private const long Second = 1_000_000_000;

    private readonly Dictionary<string, TreeEntry> _entries = tree.Entries.ToDictionary(e => e.Path, StringComparer.Ordinal);

    /// <inheritdoc />
    public Task<IReadOnlyList<Stat>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Stat>>([.. tree.Entries.Select(Describe)]);

    /// <inheritdoc />
    public ValueTask<Stream> OpenAsync(Stat entry, CancellationToken cancellationToken)
    {
        var file = _entries[entry.Path];
        return tree.OpenAsync(file.Type == TreeEntryType.HardLink ? _entries[file.Link!] : file, cancellationToken);
    }

    private static Stat Describe(TreeEntry entry)
    {
        var stat = new Stat
        {
            Path = entry.Path,
            Mode = EntryMode.FromPosix(entry.Mode) | EntryMode.KindOf(entry.Type),
            Uid = (uint)entry.Uid,
            Gid = (uint)entry.Gid,
            Size = entry.Size,
            ModTime = entry.ModifiedSeconds * Second,
            Linkname = entry.Link ?? "",
            Devmajor = entry.DeviceMajor,
            Devminor = entry.DeviceMinor,
        };
        foreach (var (key, value) in entry.Xattrs ?? new Dictionary<string, byte[]>()) stat.Xattrs[key] = ByteString.CopyFrom(value);
        return stat;
    }
}
