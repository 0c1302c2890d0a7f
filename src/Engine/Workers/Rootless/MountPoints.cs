namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The places in a step's tree that things are mounted on.</summary>
/// <remarks>Whoever mounts the tree puts <see cref="Needed"/> below all its layers, so that a step leaves no trace of them in its own layer. What
/// an image hides all the same, by a link to somewhere that is not there, is made in the tree and taken away again.</remarks>
public sealed class MountPoints : IDisposable
{
    private static readonly string[] s_system = ["/proc", "/dev", "/sys"];

    private readonly StepTree _root;
    private readonly List<string> _made = [];
    private readonly Dictionary<string, string> _places = [];

    private MountPoints(StepTree root) => _root = root;

    /// <summary>What a step needs; parents of a place are not listed.</summary>
    public static IReadOnlyList<MountPoint> Needed(StepSpec spec)
    {
        var points = s_system.Select(p => new MountPoint(p, false)).Append(new MountPoint("/etc/hosts", true)).Append(new MountPoint("/etc/resolv.conf", true)).ToList();
        foreach (var mount in spec.Mounts)
        {
            if (IsBelow(mount.Destination, s_system) || points.Any(p => p.Path == mount.Destination)) continue;
            // What is mounted on something else that is mounted has its place there.
            if (spec.Mounts.Any(m => m != mount && IsBelow(mount.Destination, [m.Destination]))) continue;
            points.Add(new MountPoint(mount.Destination, mount.IsFile));
        }
        return points;
    }

    /// <summary>Finds or makes them all; throws MBK2015 when the tree has something else in a place.</summary>
    internal static MountPoints Prepare(StepSpec spec, StepTree root)
    {
        var points = new MountPoints(root);
        try
        {
            foreach (var point in Needed(spec)) points._places[point.Path] = points.Prepare(point);
        }
        catch
        {
            points.Dispose();
            throw;
        }
        return points;
    }

    /// <summary>Where a destination really is, without links.</summary>
    internal string PlaceOf(string destination) => _places.GetValueOrDefault(destination, destination);

    /// <summary>Whether a path is, or is in, what a step gets from the system and not from its tree.</summary>
    internal static bool IsSystem(string path) => s_system.Contains(path) || IsBelow(path, s_system);

    internal static bool IsBelow(string path, IEnumerable<string> parents) => parents.Any(p => p == "/" ? path != "/" : path.StartsWith(p + "/", StringComparison.Ordinal));

    /// <summary>Takes away what had to be made and is still empty.</summary>
    public void Dispose()
    {
        for (var i = _made.Count - 1; i >= 0; i--) _root.TryRemove(_made[i]);
        _made.Clear();
    }

    private string Prepare(MountPoint point)
    {
        var place = _root.Ensure(point.Path, point.IsFile, _made.Add);
        // A runtime that mounts /proc through an image's link, or a file on it, has been a way out before (CVE-2026-41579, CVE-2019-19921).
        if (s_system.Contains(point.Path) ? place != point.Path : IsSystem(place)) throw StepErrors.BadPlace(point.Path, $"it leads to '{place}'");
        return place;
    }
}
