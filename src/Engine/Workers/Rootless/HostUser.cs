using System.Globalization;
using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Who runs the build.</summary>
/// <param name="Id">The effective user id.</param>
/// <param name="GroupId">The effective group id.</param>
/// <param name="Name">The name, or the number where there is no name.</param>
public sealed partial record HostUser(uint Id, uint GroupId, string Name)
{
    /// <summary>The user of this process, named by <paramref name="passwd"/> (<c>/etc/passwd</c>), else by <paramref name="fallback"/>.</summary>
    public static HostUser Current(string passwd, string? fallback)
    {
        var id = geteuid();
        var number = id.ToString(CultureInfo.InvariantCulture);
        var row = File.Exists(passwd) ? File.ReadLines(passwd).Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == number) : null;
        return new HostUser(id, getegid(), row?[0] ?? (string.IsNullOrEmpty(fallback) ? number : fallback));
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial uint getegid();
}
