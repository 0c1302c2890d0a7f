using System.Globalization;

namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>Remembers the most memory that each process of a tree held. The kernel keeps the high-water mark, so looking now and then is
/// enough.</summary>
/// <param name="root">The first process.</param>
/// <param name="program">What stands in the command lines of those that count; <c>null</c> for all.</param>
internal sealed class ProcessTreeMemory(int root, string? program = null)
{
    private readonly Dictionary<int, long> _peaks = [];

    public long PeakBytes => _peaks.Values.Sum();

    /// <summary>What they held together when they were last looked at.</summary>
    public long ResidentBytes { get; private set; }

    /// <summary>The most that this process itself held until now.</summary>
    public static long OfThisProcess() => PeakOf(Environment.ProcessId);

    public void Look()
    {
        var waiting = new Stack<int>([root]);
        ResidentBytes = 0;
        while (waiting.TryPop(out var process))
        {
            if (Counts(process) && PeakOf(process) is > 0 and var peak)
            {
                _peaks[process] = Math.Max(_peaks.GetValueOrDefault(process), peak);
                ResidentBytes += ResidentOf(process);
            }
            foreach (var child in Tasks(process).SelectMany(t => Read($"{t}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                waiting.Push(int.Parse(child, CultureInfo.InvariantCulture));
        }
    }

    private bool Counts(int process) => program is null || Read($"/proc/{process}/cmdline").Contains(program, StringComparison.Ordinal);

    /// <summary>The most that a process held until now; 0 when it is gone.</summary>
    public static long PeakOf(int process) => BytesOf(process, "VmHWM:");

    /// <summary>What a process holds now; 0 when it is gone.</summary>
    public static long ResidentOf(int process) => BytesOf(process, "VmRSS:");

    private static long BytesOf(int process, string field)
    {
        var line = Read($"/proc/{process}/status").Split('\n').FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    // Each thread has the children that it started.
    private static string[] Tasks(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }

    // A process may end while it is looked at.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
