using System.Globalization;
using MsBuildKit.Faults.StepKills;

namespace MsBuildKit.Faults.Served;

/// <summary>What a daemon and the processes below it hold, seen from outside.</summary>
/// <param name="Descriptors">How many are open, by what they are.</param>
/// <param name="Mounts">In the namespaces of all of them, of what is the daemon's own.</param>
/// <param name="Processes">Their names.</param>
/// <param name="Resident">Memory of them all in bytes.</param>
/// <param name="Files">Files that only somebody who builds may need.</param>
internal sealed record DaemonAccount(IReadOnlyDictionary<string, int> Descriptors, IReadOnlyList<string> Mounts, IReadOnlyList<string> Processes, long Resident, IReadOnlyList<string> Files)
{
    public int DescriptorCount => Descriptors.Values.Sum();

    /// <summary>Connections of clients, the listening socket among them.</summary>
    public int Sockets => Descriptors.GetValueOrDefault("socket");

    /// <param name="daemon">Its process.</param>
    /// <param name="home">Where its store and its temporary files are.</param>
    public static DaemonAccount Take(int daemon, string home)
    {
        var below = Family.ListOf(daemon);
        // What serves the network of a step opens its pools by itself; its number is what counts.
        List<int> all = [daemon, .. below.Where(m => !IsOfAStep(m.Name)).Select(m => m.Id)];
        var mounts = all.GroupBy(p => LinkOf($"/proc/{p}/ns/mnt")).SelectMany(g => Lines($"/proc/{g.First()}/mountinfo")).Where(l => l.Contains(home, StringComparison.Ordinal));
        return new DaemonAccount(
            all.SelectMany(Kinds).CountBy(k => k).ToDictionary(),
            [.. mounts],
            [.. below.Select(m => m.Name)],
            all.Sum(ResidentOf),
            [.. FindFiles(home)]);
    }

    /// <summary>Whether steps or their networks are still there.</summary>
    public bool HasSteps => Processes.Any(IsOfAStep);

    /// <summary>What is there that was not there before.</summary>
    public IEnumerable<string> Compare(DaemonAccount before)
    {
        foreach (var (kind, count) in Descriptors)
            if (count > before.Descriptors.GetValueOrDefault(kind)) yield return $"{before.Descriptors.GetValueOrDefault(kind)} descriptors of '{kind}' are {count}";
        if (Mounts.Count > before.Mounts.Count) yield return $"{before.Mounts.Count} mounts are {Mounts.Count}: {string.Join(" / ", Mounts.Take(5))}";
        foreach (var process in Processes.CountBy(p => p))
            if (process.Value > before.Processes.Count(p => p == process.Key)) yield return $"{process.Value} processes '{process.Key}' run";
        foreach (var file in Files.Except(before.Files)) yield return $"'{file}' is left";
    }

    private static bool IsOfAStep(string name) => name is "crun" or "sh" or "busybox" or "sleep" || name.StartsWith("pas", StringComparison.Ordinal);

    // The runtime opens its own assemblies as they are needed, and what tells their lines, and keeps them open.
    private static IEnumerable<string> Kinds(int process) =>
        Entries($"/proc/{process}/fd").Select(LinkOf).OfType<string>().Where(l => Path.GetExtension(l) is not (".dll" or ".pdb")).Select(l => l.Split(':', '[')[0]);

    private static long ResidentOf(int process)
    {
        var line = Lines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    private static IEnumerable<string> FindFiles(string home)
    {
        var every = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var store = Path.Combine(home, "store");
        return
        [
            .. Entries(Path.Combine(home, "tmp")),
            .. Entries(Path.Combine(store, "ingest")),
            .. Entries(Path.Combine(store, "snapshots", "staging")),
            .. Directory.EnumerateFiles(store, "*.tmp", every),
            .. Directory.EnumerateFiles(store, "*.new", every),
        ];
    }

    // Processes come and go while they are looked at.
    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string[] Entries(string path)
    {
        try
        {
            return Directory.GetFileSystemEntries(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
