using System.Globalization;
using System.Runtime.InteropServices;

namespace MsBuildKit.Faults.StepKills;

/// <summary>Everything that this process started, and what those started: none gets away, for it takes their orphans (PR_SET_CHILD_SUBREAPER).</summary>
internal sealed partial class Family : IDisposable
{
    private const int SetSubreaper = 36, Kill9 = 9, NoHang = 1;

    public Family() => Take(true);

    /// <summary>Who lives, the latest last.</summary>
    public static IReadOnlyList<Member> List() => ListOf(Environment.ProcessId);

    /// <summary>Who lives of what a process started, and what those started, the latest last.</summary>
    public static IReadOnlyList<Member> ListOf(int ancestor)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? Read(id) : null).OfType<Member>().ToDictionary(m => m.Id);
        return [.. all.Values.Where(m => !m.IsDead && Ancestors(m, all).Contains(ancestor)).OrderBy(m => m.Id)];
    }

    /// <summary>kill -9 by number.</summary>
    public static void Kill(Member member) => _ = kill(member.Id, Kill9);

    /// <summary>Buries orphans that ended; <paramref name="own"/> is somebody else's to bury.</summary>
    public static void Bury(int own)
    {
        foreach (var id in Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0))
            if (id != own && Read(id) is { IsDead: true } dead && dead.Parent == Environment.ProcessId) _ = waitpid(id, 0, NoHang);
    }

    public void Dispose() => Take(false);

    private static IEnumerable<int> Ancestors(Member member, Dictionary<int, Member> all)
    {
        for (var at = member; ; at = all[at.Parent])
        {
            yield return at.Parent;
            if (!all.ContainsKey(at.Parent)) yield break;
        }
    }

    private static Member? Read(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var (begin, end) = (stat.IndexOf('('), stat.LastIndexOf(')'));
            var rest = stat[(end + 2)..].Split(' ');
            return new Member(id, int.Parse(rest[1], CultureInfo.InvariantCulture), stat[(begin + 1)..end], rest[0] is "Z" or "X");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Take(bool takes)
    {
        if (prctl(SetSubreaper, takes ? 1 : 0, 0, 0, 0) != 0) throw new IOException("prctl: " + Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc")]
    private static partial int waitpid(int process, nint status, int options);

    /// <summary>A process.</summary>
    internal sealed record Member(int Id, int Parent, string Name, bool IsDead);
}
