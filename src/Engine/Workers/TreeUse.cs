using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.FileActions;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>What an operation uses of a lent tree: two trees of which it uses the same give the same result.</summary>
/// <remarks>What is copied or mounted is found as the worker finds it, by the same code. Whatever is not certain counts as a use of everything: an operation that
/// runs once too often costs time, one that does not run costs the truth.</remarks>
/// <param name="Key">Of what is used and of how it was found.</param>
/// <param name="Paths">What has to be there for it, and <c>null</c> when that is everything.</param>
/// <param name="GoesOn">The result may be the tree itself with something on top.</param>
internal sealed record TreeUse(Digest Key, IReadOnlySet<string>? Paths, bool GoesOn)
{
    /// <summary>What a vertex uses of the tree that is one of its inputs.</summary>
    public static async ValueTask<TreeUse> OfAsync(Vertex consumer, int input, TreeResult tree, CancellationToken cancellationToken)
    {
        var selection = new Selection(tree.Files);
        try
        {
            return consumer.Op.OpCase switch
            {
                Op.OpOneofCase.File => await OfFileAsync(consumer.Op.File, input, tree, selection, cancellationToken).ConfigureAwait(false),
                Op.OpOneofCase.Exec => OfExec(consumer.Op.Exec, input, tree, selection),
                _ => All(tree, goesOn: true),
            };
        }
        catch (BuildException)
        {
            // The operation itself says better what is wrong.
            return All(tree, goesOn: true);
        }
    }

    private static async Task<TreeUse> OfFileAsync(FileOp op, int input, TreeResult tree, Selection selection, CancellationToken cancellationToken)
    {
        if (op.Actions.Any(a => a.Input == input)) return All(tree, goesOn: true);
        if (op.Actions.SelectMany(ActionOwners.NamesOf).Any(n => n.Input == input)) return All(tree, goesOn: false);
        foreach (var action in op.Actions.Where(a => a.SecondaryInput == input))
            if (action.Copy is null || !await TryAddAsync(action.Copy, selection, cancellationToken).ConfigureAwait(false)) return All(tree, goesOn: false);
        return selection.ToUse();
    }

    // An archive is looked for where links lead, whatever the copy says of them.
    private static async Task<bool> TryAddAsync(FileActionCopy copy, Selection selection, CancellationToken cancellationToken)
    {
        foreach (var from in CopyAction.Find(copy, selection.Files))
        {
            var place = CopyAction.PlaceOf(copy, selection.Files, from);
            // All there is.
            if (place.Length == 0 && copy.IncludePatterns.Count + copy.ExcludePatterns.Count == 0) return false;
            if (copy.AttemptUnpackDockerCompatibility && TreePath.Resolve(selection.Files, from) != place) return false;
            // A path that is required makes the copier remember what it copied.
            var plain = new FileActionCopy { Mode = -1, IncludePatterns = { copy.IncludePatterns }, ExcludePatterns = { copy.ExcludePatterns }, RequiredPaths = { "/" } };
            var copier = new TreeCopier(selection.Files, new ChangedTree(new ScratchTree(), null, null), plain);
            await copier.CopyAsync(place, Selection.Anywhere, cancellationToken).ConfigureAwait(false);
            selection.Add(from, place, copier.Copied.Select(p => p[1..]));
        }
        return true;
    }

    private static TreeUse OfExec(ExecOp op, int input, TreeResult tree, Selection selection)
    {
        var mounts = op.Mounts.Where(m => m.Input == input).ToList();
        if (mounts.Any(m => m.Output >= 0 || m.Dest == "/")) return All(tree, goesOn: true);
        foreach (var mount in mounts)
        {
            if (mount.MountType != MountType.Bind || mount.Selector.Trim('/').Length == 0) return All(tree, goesOn: false);
            var place = TreePath.Resolve(selection.Files, mount.Selector);
            if (selection.Files.Find(place) is null) return All(tree, goesOn: false);
            selection.Add(mount.Selector, place, selection.Below(place));
        }
        return selection.ToUse();
    }

    private static TreeUse All(TreeResult tree, bool goesOn) => new(tree.Fingerprint, null, goesOn);

    private sealed class Selection(LentFiles files)
    {
        /// <summary>Where a selection is copied to when it is only to be seen.</summary>
        public const string Anywhere = "x";

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

        public LentFiles Files => files;

        /// <summary>Adds what was found where <paramref name="from"/> leads.</summary>
        public void Add(string from, string place, IEnumerable<string> paths)
        {
            Append($"{from}\0{place}");
            foreach (var path in paths.Order(StringComparer.Ordinal))
            {
                Append($"{path}\0{files.Describe(path)}");
                _paths.Add(path);
            }
        }

        public IEnumerable<string> Below(string place)
        {
            var rest = new Stack<string>([place]);
            while (rest.TryPop(out var path))
            {
                yield return path;
                foreach (var name in files.List(path)) rest.Push(TreePath.Join(path, name));
            }
        }

        // With all links, what is selected is found again by the same way.
        public TreeUse ToUse()
        {
            _paths.UnionWith(files.Links);
            foreach (var path in _paths.ToList())
                for (var above = RootedTree.ParentOf(path); above.Length > 0 && _paths.Add(above);) above = RootedTree.ParentOf(above);
            return new TreeUse(Digest.FromSha256(_hash.GetHashAndReset()), _paths, GoesOn: false);
        }

        private void Append(string line) => _hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
