namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Reads the upper directory of an overlay as a layer: what was added and changed, and what is gone (OCI image-spec, layer.md).</summary>
/// <remarks>
/// The order is that of the names, so two runs that leave the same tree give the same layer. A directory that was only passed through, and in
/// which nothing changed, is no change, and neither is a file that was moved away and back. Sockets are nothing that an image can have. Each name
/// that is gone is said by itself, also when its directory began anew: merged with other layers, this one takes away what it was made on and nothing
/// else. The overlay must be unmounted.
/// </remarks>
/// <param name="upper">The upper directory itself.</param>
/// <param name="lower">What it was mounted on, as one tree; <c>null</c> when that was nothing.</param>
/// <param name="idShift">What was added to owners.</param>
/// <param name="times">Which they may be; <c>null</c> means no limit.</param>
/// <param name="marks">How the upper directory says what is gone.</param>
public sealed class UpperTree(RootedTree upper, RootedTree? lower, int idShift, EntryTimes? times, UpperMarks marks = UpperMarks.Overlay)
{
    private const string Whiteout = ".wh.", OpaqueFile = ".wh..wh..opq", OpaqueDevice = ".wh..opq";

    private readonly TreeEntryReader? _lowerReader = lower is null ? null : new(lower, idShift, times);

    /// <summary>The entries, parents before children. The root itself has none.</summary>
    public IEnumerable<TreeEntry> Read()
    {
        var reader = new TreeEntryReader(upper, idShift, times);
        var folders = new EntryFolders();
        folders.Enter(new EntryFolder("", NamesOf("", isFresh: false), lower is not null));
        while (folders.Current is { } folder)
        {
            if (!folder.Names.TryDequeue(out var name))
            {
                folders.Leave();
                continue;
            }
            var path = folder.PathOf(name);
            var found = upper.Find(path);
            if (found is { IsDirectory: true } directory)
            {
                var below = folder.IsBelow && lower?.Find(path) is { IsDirectory: true } known ? known : (FileStatus?)null;
                var isFresh = below is not null && (folder.IsFresh || IsOpaque(path));
                var entry = reader.Describe(path, directory);
                folders.Enter(new EntryFolder(path, NamesOf(path, isFresh), below is not null, isFresh) { Pending = entry });
                if (below is { } before && !isFresh && TreeEntryReader.AreAlike(entry, _lowerReader!.Describe(path, before))) continue;
                foreach (var pending in folders.TakePending()) yield return pending;
                continue;
            }
            if (Convert(reader, folder, path, found) is not { } changed) continue;
            foreach (var pending in folders.TakePending()) yield return pending;
            yield return changed;
        }
    }

    private TreeEntry? Convert(TreeEntryReader reader, EntryFolder folder, string path, FileStatus? found)
    {
        if (found is { IsSocket: true }) return null;
        if (found is { IsWhiteout: false } status) return IsAsItWas(reader, folder, path, status) ? null : reader.Read(path, status);
        return folder.IsBelow && lower?.Find(path) is { IsSocket: false } ? TreeEntryReader.Removal(path) : null;
    }

    // An overlay copies a file up when it is opened to be written, or moved, and does not mind when it comes to be again what it was.
    private bool IsAsItWas(TreeEntryReader reader, EntryFolder folder, string path, FileStatus now) =>
        folder is { IsBelow: true, IsFresh: false } && lower?.Find(path) is { IsDirectory: false, IsSocket: false } before && reader.IsSame(path, now, _lowerReader!, before);

    private bool IsOpaque(string path)
    {
        var name = marks == UpperMarks.Overlay ? ExtendedAttributes.Opaque : ExtendedAttributes.FuseOpaque;
        if (upper.ReadXattrs(path).TryGetValue(name, out var value) && value is [(byte)'y']) return true;
        return marks == UpperMarks.FuseOverlay && upper.Find($"{path}/{OpaqueFile}") is not null;
    }

    private Queue<string> NamesOf(string path, bool isFresh)
    {
        IEnumerable<string> names = upper.List(path);
        if (marks == UpperMarks.FuseOverlay) names = names.Select(NameOf).OfType<string>().Distinct(StringComparer.Ordinal);
        return new((isFresh ? names.Union(lower!.List(path)) : names).Order(StringComparer.Ordinal));
    }

    // A mark is not a name, but may be about one, which is not there then.
    private static string? NameOf(string name)
    {
        if (!name.StartsWith(Whiteout, StringComparison.Ordinal)) return name;
        return name is OpaqueFile or OpaqueDevice ? null : name[Whiteout.Length..];
    }
}
