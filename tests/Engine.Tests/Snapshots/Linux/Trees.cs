using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

/// <summary>Trees as other programs see them.</summary>
internal static class Trees
{
    public const int Shift = 1;

    /// <summary>Applies plain tars from the bottom up; the directories from the top down. With a single one there is no overlay.</summary>
    public static async Task<List<string>> ApplyAsync(string folder, IReadOnlyList<byte[]> layers, Compression compression = Compression.None)
    {
        var lowers = new List<string>();
        foreach (var layer in layers)
        {
            await ApplyOnAsync(folder, lowers, layer, compression);
            lowers.Insert(0, Path.Combine(folder, $"{lowers.Count}/fs"));
        }
        return lowers;
    }

    public static async Task<AppliedLayer> ApplyOnAsync(string folder, IReadOnlyList<string> lowers, byte[] layer, Compression compression = Compression.None)
    {
        var upper = Directory.CreateDirectory(Path.Combine(folder, $"{lowers.Count}/fs")).FullName;
        var blob = new MemoryStream(Packing.Pack(layer, compression));
        var applier = new LayerApplier(Shift);
        if (lowers.Count == 0) return await applier.ApplyAsync(blob, compression, Digest.Of(layer), upper, isBottom: true, default);
        var work = Directory.CreateDirectory(Path.Combine(folder, $"{lowers.Count}/work")).FullName;
        using var mount = OverlayMount.Writable(Directory.CreateDirectory(Path.Combine(folder, "mnt")).FullName, lowers, upper, work);
        var applied = await applier.ApplyAsync(blob, compression, Digest.Of(layer), mount.Target, isBottom: false, default);
        mount.Unmount();
        return applied;
    }

    /// <summary>The tree that directories make together, as find and sha256sum see it: one line a name, without the root.</summary>
    public static async Task<string> ShowAsync(string folder, IReadOnlyList<string> lowers)
    {
        using var mount = OverlayMount.ReadOnly(Directory.CreateDirectory(Path.Combine(folder, "shown")).FullName, lowers);
        return await ShowAsync(mount.Target);
    }

    public static async Task<string> ShowAsync(string directory) => await ShellAsync(directory, """
        find . -mindepth 1 \( -type d -printf '%P|d|%m|%U:%G|%Ts\n' \) -o \( -type l -printf '%P|l|%U:%G|%Ts|%l\n' \) -o -printf '%P|%y|%m|%U:%G|%Ts|%s|%n\n' | sort
        find . -type f -print0 | sort -z | xargs -0 -r sha256sum
        find . -type f -links +1 -printf '%i %P\n' | sort -k2 | awk '!($1 in first) { first[$1] = $2 } { print $2 " is " first[$1] }'
        """);

    /// <summary>Runs a script in a directory; what it says.</summary>
    public static async Task<string> ShellAsync(string directory, string script) => (await Command.RunAsync("/bin/sh", ["-euc", script], directory)).Succeeded().Output;

    /// <summary>A directory as a tar, by GNU tar.</summary>
    public static async Task<byte[]> PackAsync(string directory)
    {
        var file = directory.TrimEnd('/') + ".tar";
        (await Command.RunAsync("tar", ["--format=pax", "--pax-option=delete=atime,delete=ctime", "--numeric-owner", "--sort=name", "-cf", file, "-C", directory, "."])).Succeeded();
        return await File.ReadAllBytesAsync(file);
    }
}
