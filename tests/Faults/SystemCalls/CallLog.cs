using System.Text.RegularExpressions;

namespace MsBuildKit.Faults.SystemCalls;

/// <summary>Finds the mutating calls in what strace wrote of an undisturbed build.</summary>
internal static partial class CallLog
{
    /// <summary>The calls that change files, names or locks. An open counts when it may create, a lock when it is taken.</summary>
    public const string Names =
        "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,write,writev,pwrite64,pwritev,pwritev2," +
        "fsync,fdatasync,syncfs,ftruncate,fallocate,flock,copy_file_range,sendfile,chmod,fchmod,fchmodat,utimensat";

    /// <summary>Each call for a path below <paramref name="folder"/>.</summary>
    /// <remarks>strace counts the calls of each thread, so that is how they are counted here.</remarks>
    public static IReadOnlyList<CallPoint> Read(IEnumerable<string> log, string folder)
    {
        var counts = new Dictionary<(string Thread, string Call, string Path), int>();
        var points = new List<CallPoint>();
        foreach (var line in log)
        {
            if (Entry().Match(line) is not { Success: true } entry) continue;
            var (thread, call, arguments) = (entry.Groups[1].Value, entry.Groups[2].Value, entry.Groups[3].Value);
            if (PathOf(arguments, folder) is not { } path) continue;
            var occurrence = counts[(thread, call, path)] = counts.GetValueOrDefault((thread, call, path)) + 1;
            if (Changes(call, arguments)) points.Add(new CallPoint(call, path, occurrence));
        }
        return [.. points.Distinct()];
    }

    private static bool Changes(string call, string arguments) => call switch
    {
        "open" or "openat" => arguments.Contains("O_CREAT", StringComparison.Ordinal),
        "flock" => !arguments.Contains("LOCK_UN", StringComparison.Ordinal),
        _ => true,
    };

    // The file that a descriptor stands for, as in 5</x>, or the first name, as in "/x"; copies are named by where they go to.
    private static string? PathOf(string arguments, string folder)
    {
        var paths = PathArgument().Matches(arguments).Select(m => m.Groups[1].Value + m.Groups[2].Value).Where(p => p.StartsWith(folder + "/", StringComparison.Ordinal));
        return paths.Select(p => p[(folder.Length + 1)..]).OrderByDescending(p => p.EndsWith(".new", StringComparison.Ordinal)).FirstOrDefault();
    }

    [GeneratedRegex(@"^(\d+) +([a-z0-9_]+)\((.*)$")]
    private static partial Regex Entry();

    [GeneratedRegex("<([^<>\"]+)>|\"([^\"]*)\"")]
    private static partial Regex PathArgument();
}
