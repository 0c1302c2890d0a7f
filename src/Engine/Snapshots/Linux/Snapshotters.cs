using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Which ways to have trees there are, and which can be had where a store is.</summary>
internal static class Snapshotters
{
    /// <summary>The best that can be had.</summary>
    public const string Auto = "auto";

    /// <summary>All names, the best first.</summary>
    public static IReadOnlyList<string> Names { get; } = [OverlaySnapshotter.Kind, FuseOverlaySnapshotter.Kind, NativeSnapshotter.Kind];

    /// <summary>One by its name; the empty one is the kernel's.</summary>
    /// <param name="name">Of <see cref="Names"/>.</param>
    /// <param name="findProgram">The full path of a program, or <c>null</c>.</param>
    public static ISnapshotter Of(string name, Func<string, string?> findProgram) => name switch
    {
        "" or OverlaySnapshotter.Kind => new OverlaySnapshotter(),
        FuseOverlaySnapshotter.Kind => new FuseOverlaySnapshotter(findProgram(FuseOverlaySnapshotter.Kind)),
        NativeSnapshotter.Kind => new NativeSnapshotter(),
        _ => throw new SnapshotException(SnapshotException.NoSnapshotter, ErrorKind.Invalid, $"There is no snapshotter '{name}'. Set ContainerSnapshotter to '{Auto}', '{string.Join("', '", Names)}'."),
    };

    /// <summary>Tries them in their order until one works. Throws MBK1511 when the named one, or any, cannot be had.</summary>
    /// <param name="named">One of the names, or <see cref="Auto"/>.</param>
    /// <param name="folder">Where snapshots are going to be; nothing is left there.</param>
    /// <param name="findProgram">As above.</param>
    /// <param name="refused">Hears why a better one cannot be had.</param>
    /// <param name="memory">Knows whether the first was tried already; <c>null</c> tries it.</param>
    public static ISnapshotter Choose(string named, string folder, Func<string, string?> findProgram, Action<string, BuildException>? refused = null, SnapshotterMemory? memory = null)
    {
        BuildException? first = null;
        foreach (var name in named == Auto ? Names : [named])
        {
            var snapshotter = Of(name, findProgram);
            var isFirst = first is null;
            if (isFirst && memory?.Has(name, folder) == true) return snapshotter;
            if (SnapshotterProbe.Run(snapshotter, folder) is not { } fault)
            {
                if (isFirst) memory?.Keep(name, folder);
                return snapshotter;
            }
            refused?.Invoke(name, fault);
            first ??= fault;
        }
        throw new SnapshotException(SnapshotException.NoSnapshotter, ErrorKind.FailedPrecondition,
            $"The trees of steps cannot be had in '{folder}'{(named == Auto ? "" : $" with '{named}', which ContainerSnapshotter names")}: {first!.Message}", first);
    }
}
