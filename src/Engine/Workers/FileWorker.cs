using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>File operations onto scratch: the layer is written straight from what the actions say, with no snapshot.</summary>
internal sealed class FileWorker(IContentStore store, LayerOptions options)
{
    private const long Scratch = -1;

    public async Task<VertexResult> RunAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var tree = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        for (var i = 0; i < vertex.Op.File.Actions.Count; i++)
        {
            var action = vertex.Op.File.Actions[i];
            var ground = i == 0 ? Scratch : inputs.Count + i - 1;
            if (action.Input != ground) throw WorkerException.NeedsRunner($"Changing files of another tree ('{vertex.Name}')");
            foreach (var entry in Apply(action, inputs)) tree[entry.Path] = entry;
        }
        var layer = await LayerWriter.WriteAsync(tree.Values, store, options, vertex.Name, cancellationToken).ConfigureAwait(false);
        return new LayersResult(new LayerChain([layer]));
    }

    /// <summary>A lent tree as a layer, for whom it is not enough to read it in place.</summary>
    public Task<Layer> WriteTreeAsync(TreeResult tree, string createdBy, CancellationToken cancellationToken)
    {
        var all = new FileActionCopy { Src = "/", Dest = "/", DirCopyContents = true, Mode = -1, Timestamp = -1 };
        return LayerWriter.WriteAsync(Copy(all, tree).OrderBy(e => e.Path, StringComparer.Ordinal), store, options, createdBy, cancellationToken);
    }

    private static IEnumerable<TreeEntry> Apply(FileAction action, IReadOnlyList<VertexResult> inputs) => action.ActionCase switch
    {
        FileAction.ActionOneofCase.Copy => Copy(action.Copy, Source(action, inputs)),
        FileAction.ActionOneofCase.Mkdir => [Entry(action.Mkdir.Path, TreeEntryType.Directory, action.Mkdir.Mode, action.Mkdir.Owner, action.Mkdir.Timestamp)],
        FileAction.ActionOneofCase.Mkfile => [MakeFile(action.Mkfile)],
        FileAction.ActionOneofCase.Symlink => [Entry(action.Symlink.Newpath, TreeEntryType.Symlink, 0b111_111_111, action.Symlink.Owner, action.Symlink.Timestamp) with { Link = action.Symlink.Oldpath }],
        _ => throw WorkerException.NeedsRunner($"The file action '{action.ActionCase}'"),
    };

    private static TreeResult Source(FileAction action, IReadOnlyList<VertexResult> inputs) =>
        action.SecondaryInput >= 0 && action.SecondaryInput < inputs.Count && inputs[(int)action.SecondaryInput] is TreeResult tree
            ? tree
            : throw WorkerException.NeedsRunner("Copying from another step or image");

    private static IEnumerable<TreeEntry> Copy(FileActionCopy copy, TreeResult source)
    {
        if (copy.Src.Trim('/').Length > 0 || !copy.DirCopyContents || copy.IncludePatterns.Count > 0 || copy.ExcludePatterns.Count > 0 || copy.ModeStr.Length > 0)
            throw WorkerException.NeedsRunner("Copying a part of a tree");
        var (uid, gid) = OwnerOf(copy.Owner);
        foreach (var directory in source.Tree.Directories)
            yield return Entry(Join(copy.Dest, directory.Path), TreeEntryType.Directory, directory.Mode, null, copy.Timestamp)
                with { Uid = directory.Uid ?? uid, Gid = directory.Gid ?? gid };
        for (var i = 0; i < source.Tree.Files.Count; i++)
        {
            var (file, facts) = (source.Tree.Files[i], source.Facts[i]);
            var mode = copy.Mode >= 0 ? copy.Mode : file.Mode ?? LentTrees.DefaultMode(facts);
            yield return Entry(Join(copy.Dest, file.Path), TreeEntryType.File, mode, null, copy.Timestamp) with
            {
                Uid = file.Uid ?? uid, Gid = file.Gid ?? gid, Size = facts.Size, Open = facts.Size == 0 ? null : () => new LentFileStream(file.HostPath, facts.Sha256),
            };
        }
    }

    private static TreeEntry MakeFile(FileActionMkFile action) =>
        Entry(action.Path, TreeEntryType.File, action.Mode, action.Owner, action.Timestamp) with
        {
            Size = action.Data.Length, Open = () => new MemoryStream(action.Data.ToByteArray(), writable: false),
        };

    private static TreeEntry Entry(string path, TreeEntryType type, int mode, ChownOpt? owner, long timestamp)
    {
        var (uid, gid) = OwnerOf(owner);
        // Sources that the caller lends carry no times of their own: without one in the graph, the epoch's first second it is.
        return new TreeEntry { Path = Clean(path), Type = type, Mode = mode & 0b111_111_111_111, Uid = uid, Gid = gid, ModifiedSeconds = timestamp >= 0 ? timestamp / 1_000_000_000 : 0 };
    }

    private static (int Uid, int Gid) OwnerOf(ChownOpt? owner) => (IdOf(owner?.User), IdOf(owner?.Group));

    private static int IdOf(UserOpt? user) => user?.UserCase switch
    {
        null or UserOpt.UserOneofCase.None => 0,
        UserOpt.UserOneofCase.ByID when user.ByID <= int.MaxValue => (int)user.ByID,
        UserOpt.UserOneofCase.ByID => throw new LlbException($"the owner {user.ByID} is larger than {int.MaxValue}"),
        _ => throw WorkerException.NeedsRunner("An owner by name"),
    };

    private static string Join(string destination, string path) => destination.TrimEnd('/') + "/" + path;

    private static string Clean(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToList();
        // A name that starts with '.wh.' would remove a file where it was to make one.
        if (parts.Count == 0 || path.Contains('\0') || parts.Any(p => p == ".." || p.StartsWith(".wh.", StringComparison.Ordinal))) throw new LlbException($"the path '{path}' has no place in an image");
        return string.Join('/', parts);
    }
}
