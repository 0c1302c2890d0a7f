using System.Buffers.Binary;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A tree that is lent: the publish output, or what a build takes of a folder.</summary>
/// <remarks>
/// BuildKit takes a file for unchanged when its size, time, mode and owner are. No field carries a hash, and attributes are not compared. But times have
/// nanoseconds, and layers whole seconds: so the nanoseconds of a file are bits of its content's hash. A changed file then differs in its time, whatever the
/// clock of this machine said, and what is built is the same as ever. Owners are those that the tree states, else root, as with BuildKit's clients.
/// </remarks>
internal sealed class LentTreeSource : ISentTree
{
    private const long Second = 1_000_000_000;

    private readonly SentTree _sent;
    private readonly IReadOnlyList<long>? _modified;
    private readonly Dictionary<string, int> _indexes;

    /// <param name="sent">The tree. <see cref="LocalTree.ModifiedSeconds"/> is the time of all in it.</param>
    public LentTreeSource(SentTree sent)
        : this(sent, null)
    {
    }

    private LentTreeSource(SentTree sent, IReadOnlyList<long>? modified)
    {
        (_sent, _modified) = (sent, modified);
        _indexes = new Dictionary<string, int>(sent.Tree.Files.Count, StringComparer.Ordinal);
        for (var i = 0; i < sent.Tree.Files.Count; i++) _indexes[sent.Tree.Files[i].Path] = i;
    }

    /// <summary>What of a folder is taken, its files as old as they are.</summary>
    public static LentTreeSource Of(FolderContent content) => new(content.Sent, content.Modified);

    /// <inheritdoc />
    public Task<IReadOnlyList<Stat>> ListAsync(CancellationToken cancellationToken)
    {
        var tree = _sent.Tree;
        var entries = new Dictionary<string, Stat>(StringComparer.Ordinal);
        foreach (var directory in tree.Directories) Add(entries, FolderAt(directory.Path, directory.Mode, directory.Uid, directory.Gid));
        foreach (var link in tree.Links) Add(entries, LinkAt(link));
        for (var i = 0; i < tree.Files.Count; i++) Add(entries, FileAt(i));
        return Task.FromResult<IReadOnlyList<Stat>>([.. entries.Values]);
    }

    /// <inheritdoc />
    public ValueTask<Stream> OpenAsync(Stat entry, CancellationToken cancellationToken)
    {
        var index = _indexes[entry.Path];
        return new ValueTask<Stream>(new LentFileStream(_sent.Tree.Files[index], _sent.Facts[index]));
    }

    private void Add(Dictionary<string, Stat> entries, Stat entry)
    {
        entries[entry.Path] = entry;
        // Receivers want the folder of everything that comes.
        for (var end = entry.Path.LastIndexOf('/'); end > 0; end = entry.Path.LastIndexOf('/', end - 1))
            if (!entries.TryAdd(entry.Path[..end], FolderAt(entry.Path[..end], new LocalDirectory("").Mode, null, null))) return;
    }

    private Stat FolderAt(string path, int mode, int? uid, int? gid) => At(path, EntryMode.Directory | EntryMode.FromPosix(mode), uid, gid);

    private Stat LinkAt(LocalLink link)
    {
        var entry = At(link.Path, EntryMode.Link | 0b111_111_111, null, null);
        entry.Linkname = link.Target;
        // As lstat(2) has it.
        entry.Size = System.Text.Encoding.UTF8.GetByteCount(link.Target);
        return entry;
    }

    private Stat FileAt(int index)
    {
        var (file, facts) = (_sent.Tree.Files[index], _sent.Facts[index]);
        var entry = At(file.Path, EntryMode.FromPosix(file.Mode ?? (facts.Executable ? 0b111_101_101 : 0b110_100_100)), file.Uid, file.Gid);
        entry.Size = facts.Size;
        var second = _modified is null ? entry.ModTime : _modified[index] - Mod(_modified[index]);
        entry.ModTime = second + NanosecondsOf(facts.Sha256);
        return entry;
    }

    private Stat At(string path, uint mode, int? uid, int? gid) => new()
    {
        Path = path,
        Mode = mode,
        Uid = (uint)(uid ?? 0),
        Gid = (uint)(gid ?? 0),
        ModTime = _sent.Tree.ModifiedSeconds * Second,
    };

    private static long Mod(long nanoseconds) => ((nanoseconds % Second) + Second) % Second;

    private static long NanosecondsOf(Digest digest) => (long)(BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(digest.Hex.AsSpan(0, 16))) % (ulong)Second);
}
