using System.Globalization;

namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>Remembers the most memory that each process of a tree held. The kernel keeps the high-water mark, so looking now and then is
/// enough.</summary>
internal sealed class ProcessTreeMemory(int root)
{
    private readonly Dictionary<int, long> _peaks = [];

    public long PeakBytes => _peaks.Values.Sum();

    /// <summary>The most that this process itself held until now.</summary>
    public static long OfThisProcess() => PeakOf(Environment.ProcessId);

    public void Look()
    {
        var waiting = new Stack<int>([root]);
        while (waiting.TryPop(out var process))
        {
            if (PeakOf(process) is > 0 and var peak) _peaks[process] = Math.Max(_peaks.GetValueOrDefault(process), peak);
            foreach (var child in Read($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                waiting.Push(int.Parse(child, CultureInfo.InvariantCulture));
        }
    }

    private static long PeakOf(int process)
    {
        var line = Read($"/proc/{process}/status").Split('\n').FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
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
