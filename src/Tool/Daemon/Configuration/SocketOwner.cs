using System.Globalization;
using System.Runtime.InteropServices;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>Who may use a socket: the daemon's own user, and a group when one is named.</summary>
internal static class SocketOwner
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite, OfGroup = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Gives a socket its owners. Throws MBK2512 for a group that is not there or may not be given.</summary>
    public static void Apply(string path, DaemonOptions options, string groups = "/etc/group")
    {
        if (OperatingSystem.IsWindows()) return;
        var group = options.Group is { } name ? Find(name, groups) : (uint?)options.GroupId;
        File.SetUnixFileMode(path, group is null ? Own : Own | OfGroup);
        if (group is null && options.UserId is null) return;
        if (chown(path, (uint?)options.UserId ?? Unchanged, group ?? Unchanged) != 0)
            throw Refused($"The socket '{path}' cannot be given to that user and group: {Marshal.GetLastPInvokeErrorMessage()}. Name a group that the daemon's user is in.");
    }

    /// <summary>The number of a group, by its name or as a number.</summary>
    internal static uint Find(string name, string file)
    {
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        var lines = File.Exists(file) ? File.ReadLines(file) : [];
        var found = lines.Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 2 && f[0] == name);
        return found is not null && uint.TryParse(found[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw Refused($"There is no group '{name}': name one of this machine with --group.");
    }

    private static DaemonException Refused(string message) => new(DaemonException.BadConfiguration, ErrorKind.Invalid, message);

    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}
