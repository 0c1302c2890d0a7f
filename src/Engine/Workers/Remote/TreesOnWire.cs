using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote.Protocol;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>Trees that are lent, as they cross to the process that speaks to builders: which files there are, never what is in them.</summary>
internal static class TreesOnWire
{
    private const int MostFiles = 10_000;

    /// <summary>The tree in as many pieces as keep a frame small.</summary>
    public static IEnumerable<Tree> ToWire(LocalTree tree)
    {
        yield return new Tree
        {
            Name = tree.Name, ModifiedSeconds = tree.ModifiedSeconds, Folders = { tree.Directories.Select(ToWire) }, Links = { tree.Links.Select(l => new TreeLink { Path = l.Path, Target = l.Target }) },
        };
        foreach (var files in tree.Files.Chunk(MostFiles)) yield return new Tree { Name = tree.Name, ModifiedSeconds = tree.ModifiedSeconds, Files = { files.Select(ToWire) } };
    }

    /// <summary>The trees of these pieces.</summary>
    public static IEnumerable<LocalTree> FromWire(IEnumerable<Tree> pieces) => pieces.GroupBy(p => p.Name, StringComparer.Ordinal).Select(p => new LocalTree(p.Key, [.. p.SelectMany(t => t.Files).Select(FromWire)])
    {
        ModifiedSeconds = p.First().ModifiedSeconds,
        Directories = [.. p.SelectMany(t => t.Folders).Select(FromWire)],
        Links = [.. p.SelectMany(t => t.Links).Select(l => new LocalLink(l.Path, l.Target))],
    });

    private static TreeFile ToWire(LocalFile file)
    {
        var wire = new TreeFile { Path = file.Path, HostPath = file.HostPath };
        if (file.Mode is { } mode) wire.Mode = mode;
        if (file.Uid is { } uid) wire.Uid = uid;
        if (file.Gid is { } gid) wire.Gid = gid;
        return wire;
    }

    private static TreeFolder ToWire(LocalDirectory folder)
    {
        var wire = new TreeFolder { Path = folder.Path, Mode = folder.Mode };
        if (folder.Uid is { } uid) wire.Uid = uid;
        if (folder.Gid is { } gid) wire.Gid = gid;
        return wire;
    }

    private static LocalFile FromWire(TreeFile wire) => new(wire.Path, wire.HostPath, wire.HasMode ? wire.Mode : null, wire.HasUid ? wire.Uid : null, wire.HasGid ? wire.Gid : null);

    private static LocalDirectory FromWire(TreeFolder wire) => new(wire.Path, wire.Mode, wire.HasUid ? wire.Uid : null, wire.HasGid ? wire.Gid : null);
}
