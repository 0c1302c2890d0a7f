using System.Globalization;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Remembers, until the machine starts again, that the best way to have trees works in a folder. A worse way is not remembered: what was
/// in the way of the best may be gone the next time.</summary>
/// <remarks>All that decides whether it works is part of what is remembered: the kernel's run, the namespace's ids, what confines this process,
/// and the file systems of the folder and of the root, by which containers that share a store differ.</remarks>
/// <param name="path">A file beside the folder.</param>
internal sealed class SnapshotterMemory(string path)
{
    private static readonly string[] s_confinement = ["NoNewPrivs:", "Seccomp:", "Seccomp_filters:"];

    /// <summary>It was tried, with the same surroundings, and worked.</summary>
    public bool Has(string name, string folder)
    {
        try
        {
            return File.ReadAllText(path) == Describe(name, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>It was tried and works. What cannot be remembered is tried again.</summary>
    public void Keep(string name, string folder)
    {
        try
        {
            File.WriteAllText(path, Describe(name, folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As said.
        }
    }

    private static string Describe(string name, string folder) => string.Join('\n',
        [
            name, File.ReadAllText("/proc/sys/kernel/random/boot_id"), File.ReadAllText("/proc/self/uid_map"), Label(),
            .. File.ReadLines("/proc/self/status").Where(l => s_confinement.Any(c => l.StartsWith(c, StringComparison.Ordinal))), Place(folder), Place("/"),
        ]);

    // A kernel without such a module has no file for it, or one that cannot be read.
    private static string Label()
    {
        try
        {
            return File.ReadAllText("/proc/self/attr/current");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string Place(string folder) => Kernel.Status(Kernel.CurrentDirectory, folder, out var status) == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{status.Device} {status.Inode}")
        : throw new IOException($"'{folder}' is not there");
}
