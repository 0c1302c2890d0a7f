using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>An exported tree as it is sent to a client.</summary>
internal sealed class ExportedTreeSource(ExportedTree tree) : ISentTree
{
    private readonly Dictionary<string, TreeEntry> _entries = tree.Entries.ToDictionary(e => e.Path, StringComparer.Ordinal);

    /// <inheritdoc />
    public Task<IReadOnlyList<Stat>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Stat>>([.. tree.Entries.Select(WireStat.Of)]);

    /// <inheritdoc />
    public ValueTask<Stream> OpenAsync(Stat entry, CancellationToken cancellationToken)
    {
        var file = _entries[entry.Path];
        return tree.OpenAsync(file.Type == TreeEntryType.HardLink ? _entries[file.Link!] : file, cancellationToken);
    }
}
