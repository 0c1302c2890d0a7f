using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Does with a snapshotter what steps do, in small, where a store is: the layer must be what these changes make.</summary>
internal static class SnapshotterProbe
{
    private const int Owner = 1;

    private static readonly string[] s_expected = [".wh.file", "kept", "moved", "moved/inside", "old", "old/.wh.inside"];

    /// <summary>Why it cannot be had there; <c>null</c> when it can.</summary>
    public static BuildException? Run(ISnapshotter snapshotter, string folder)
    {
        try
        {
            using var staging = Staging.Create(folder);
            var lower = Directory.CreateDirectory(Path.Combine(staging.Path, "lower")).FullName;
            Directory.CreateDirectory(Path.Combine(lower, "old"));
            foreach (var name in new[] { "file", "kept", "old/inside" }) File.WriteAllText(Path.Combine(lower, name), "");
            using var stack = new SnapshotStack([], []) { Lowers = [lower] };
            using var draft = new SnapshotDraft(staging, stack, snapshotter);
            foreach (var path in new[] { draft.Upper, draft.Target }) Directory.CreateDirectory(path);
            snapshotter.Begin(draft, DraftUse.Step, CancellationToken.None);
            using var mount = draft.Mount();
            Change(mount.Target);
            mount.Unmount();
            var found = snapshotter.ReadChanges(draft, 0, long.MaxValue).Select(e => e.Path).ToList();
            return found.SequenceEqual(s_expected) ? null : Fault($"what was changed is seen as '{string.Join("', '", found)}'");
        }
        catch (BuildException e)
        {
            return e;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fault(e.Message.TrimEnd('.'));
        }
    }

    private static void Change(string root)
    {
        using var tree = RootedTree.Open(root);
        tree.RemoveTree("file");
        tree.SetOwner("kept", Owner, Owner);
        tree.RemoveTree("old");
        tree.MakeDirectory("old");
        tree.MakeDirectory("moved");
        tree.MakeFile("moved/inside");
    }

    private static SnapshotException Fault(string why) => new(SnapshotException.NoSnapshotter, ErrorKind.FailedPrecondition,
        $"A step's changes cannot be told from what was there: {why}. Set ContainerCacheDirectory to a local disk.");
}
