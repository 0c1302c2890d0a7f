using System.Globalization;
using System.Text;

namespace MsBuildKit.Engine.Packages;

/// <summary>Users and groups of a composed base: Debian's own when base-passwd is there, else the least; and always <c>app</c>.</summary>
internal static class Accounts
{
    /// <summary>Uid and gid of <c>app</c>, the number that .NET's own images use.</summary>
    public const int AppId = 1654;

    public static void Write(PackageTree tree)
    {
        var passwd = Master(tree, "passwd") ?? "root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
        var group = Master(tree, "group") ?? "root:*:0:\nmail:*:8:\nutmp:*:43:\nstaff:*:50:\nnogroup:*:65534:\n";
        tree.Write("etc/passwd", passwd + string.Create(CultureInfo.InvariantCulture, $"app:*:{AppId}:{AppId}::/home/app:/bin/sh\n"));
        tree.Write("etc/group", group + string.Create(CultureInfo.InvariantCulture, $"app:*:{AppId}:\n"));
        if (!tree.Has("etc/nsswitch.conf"))
            tree.Write("etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n");
    }

    private static string? Master(PackageTree tree, string name) =>
        tree.Find($"usr/share/base-passwd/{name}.master") is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
