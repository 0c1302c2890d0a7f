using System.Runtime.Versioning;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Llb.Patterns;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>What is in a container's mounts, for who looks at it from outside. Links are followed, and end inside of their mount.</summary>
/// <param name="mounts">In the order of their numbers.</param>
/// <param name="trees">Where they are.</param>
[SupportedOSPlatform("linux")]
internal sealed class ContainerFiles(IReadOnlyList<Mount> mounts, StepTrees trees)
{
    /// <summary>Answers a question. Throws MBK2061.</summary>
    public Done Read(ReadFiles call)
    {
        if (call.Mount < 0 || call.Mount >= mounts.Count || trees.FindTree(mounts[call.Mount]) is not { } tree) throw ContainerErrors.NoMount(call.Mount, mounts.Count);
        using var root = RootedTree.Open(tree);
        // What it is by the time that it is opened is looked at without links: somebody may put one in its place meanwhile.
        var place = root.FindPlace(call.Path.Trim('/')) ?? throw ContainerErrors.NotThere(call.Path);
        return call.What switch
        {
            ReadFiles.Types.What.Folder => List(root, place, call),
            ReadFiles.Types.What.Content => ReadContent(root, place, call),
            _ => new Done { Files = { Describe(root, place, root.Find(place) ?? throw ContainerErrors.NotThere(call.Path), NameOf(call.Path)) } },
        };
    }

    private static Done List(RootedTree root, string place, ReadFiles call)
    {
        if (root.Find(place) is not { IsDirectory: true }) throw ContainerErrors.NoFolder(call.Path);
        var patterns = call.Pattern.Length == 0 ? null : new PathPatterns([call.Pattern], (_, e) => ContainerErrors.BadPattern(call.Pattern, e));
        var done = new Done();
        foreach (var name in root.List(place).Order(StringComparer.Ordinal))
        {
            if (patterns?.Match(name, [], out _) == false) continue;
            var path = place.Length == 0 ? name : $"{place}/{name}";
            // Some of it may go while we look.
            if (root.Find(path) is { } status) done.Files.Add(Describe(root, path, status, name));
        }
        return done;
    }

    private static Done ReadContent(RootedTree root, string place, ReadFiles call)
    {
        if (root.Find(place) is not { IsFile: true }) throw ContainerErrors.NoFile(call.Path);
        using var file = root.OpenFile(place);
        if (Kernel.Status((int)file.DangerousGetHandle(), "", out var status) != 0 || !status.IsFile) throw ContainerErrors.NoFile(call.Path);
        var buffer = new byte[Math.Max(0, Math.Min(call.Length, status.Size - call.Offset))];
        var read = call.Offset < 0 ? 0 : ReadAll(file, buffer, call.Offset);
        return new Done { Content = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read)) };
    }

    private static int ReadAll(SafeFileHandle file, byte[] buffer, long offset)
    {
        var total = 0;
        for (int read; total < buffer.Length && (read = RandomAccess.Read(file, buffer.AsSpan(total), offset + total)) > 0;) total += read;
        return total;
    }

    private static FileEntry Describe(RootedTree root, string path, FileStatus status, string name) => new()
    {
        Name = name, Mode = (uint)status.Mode, Uid = StepIds.ToStep(status.Uid), Gid = StepIds.ToStep(status.Gid), Size = status.Size,
        ModifiedSeconds = status.ModifiedSeconds, ModifiedNanoseconds = status.ModifiedNanoseconds, Link = status.IsLink ? root.ReadLink(path) : "",
        NodeMajor = status.NodeMajor, NodeMinor = status.NodeMinor,
        Attributes = { root.ReadXattrs(path).Where(a => !a.Key.StartsWith("user.overlay.", StringComparison.Ordinal)).ToDictionary(a => a.Key, a => ByteString.CopyFrom(a.Value)) },
    };

    private static string NameOf(string path) => path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : "/";
}
