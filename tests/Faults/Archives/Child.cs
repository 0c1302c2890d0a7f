using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Archives;

/// <summary>This program, started again to be harmed.</summary>
internal static class Child
{
    /// <summary>Runs <c>faults child DRILL ARGUMENTS</c> to its end, perhaps under another program. A hang becomes a result too.</summary>
    public static async Task<CommandResult> RunAsync(string drill, IEnumerable<string> arguments, TimeSpan limit, IReadOnlyList<string>? under = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        string[] line = [.. under ?? [], Environment.ProcessPath!, "child", drill, .. arguments];
        try
        {
            return await Command.RunAsync(line[0], line[1..], environment: environment, timeout: limit);
        }
        catch (TimeoutException e)
        {
            return new CommandResult(string.Join(' ', line), -1, "", e.Message);
        }
    }

    /// <summary>The most memory that this process has held, in bytes, since <see cref="ForgetPeak"/>.</summary>
    public static long ReadPeak() => ReadStatus("VmHWM:");

    /// <summary>The memory it holds now.</summary>
    public static long ReadResident() => ReadStatus("VmRSS:");

    /// <summary>Lets the peak begin at what is held now.</summary>
    public static void ForgetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>The time that this process kept processors busy: unlike a clock's, it does not depend on what else the machine does.</summary>
    public static TimeSpan ReadWork() => Environment.CpuUsage.TotalTime;

    private static long ReadStatus(string name) =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null) * 1024;
}
