using System.Text.RegularExpressions;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Packages;

/// <summary>What is done instead of maintainer scripts, all in one place; <c>docs/composed-bases.md</c> explains each.</summary>
internal static partial class ScriptRules
{
    /// <summary>Packages that every base has.</summary>
    public static readonly string[] Roots = ["base-files", "libc6"];

    // Accepted without looking at their scripts. What base-files, apt, coreutils, debian-archive-keyring,
    // libc-bin, libgcrypt20 and tar do on a first installation was read; for the others a real composition that runs is the evidence.
    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal)
    {
        "base-files", "base-passwd", "ca-certificates", "libc6", "tzdata", "netbase", "openssl", "dash",
        "apt", "coreutils", "dpkg", "debian-archive-keyring", "libc-bin", "libgcrypt20", "tar",
    };

    // Only maintainer scripts need these, and none are run.
    private static readonly HashSet<(string Package, string Dependency)> s_scriptOnly =
        [("base-files", "awk"), ("ca-certificates", "openssl"), ("tzdata", "debconf"), ("ca-certificates", "debconf"), ("libssl3", "debconf"), ("base-passwd", "libdebconfclient0"), ("dash", "debianutils"), ("dash", "dpkg"), ("apt", "adduser")];

    public static bool IsScriptOnly(string package, IReadOnlyList<Relation> group) => group.Any(r => s_scriptOnly.Contains((package, r.Name)));

    /// <summary>Throws MBK1610 for a package with a script that does what no rule knows.</summary>
    public static void RequireKnown(DebFile package, string name)
    {
        if (s_known.Contains(name)) return;
        foreach (var script in new[] { "preinst", "postinst" })
            if (package.Text(script).Split('\n').Select(l => l.Trim()).FirstOrDefault(l => !Harmless().IsMatch(l)) is { } line)
                throw new PackageException(PackageException.NeedsScript, ErrorKind.NotSupported,
                    $"The package '{name}' needs its {script} script to run ('{line}'), which composing a base never does. Leave it out, or use a base image that has it.");
    }

    /// <summary>Does what the known scripts would do.</summary>
    public static void Apply(PackageTree tree)
    {
        foreach (var folder in new[] { "mnt", "srv", "opt", "etc/opt", "var/opt", "media", "home/app" })
            tree.Folder(folder, 0x1ed, folder == "home/app" ? Accounts.AppId : 0, folder == "home/app" ? Accounts.AppId : 0);
        tree.Folder("run/lock", 0x3ff);
        foreach (var (from, to) in new[] { ("dot.profile", "root/.profile"), ("dot.bashrc", "root/.bashrc"), ("profile", "etc/profile"), ("motd", "etc/motd") })
            if (tree.Find("usr/share/base-files/" + from) is { } bytes) tree.Write(to, bytes);
        if (tree.Has("etc/dpkg/origins/debian")) tree.Link("etc/dpkg/origins/default", "debian");
        Accounts.Write(tree);
        if (tree.Has("usr/share/zoneinfo/Etc/UTC"))
        {
            tree.Link("etc/localtime", "/usr/share/zoneinfo/Etc/UTC");
            tree.Write("etc/timezone", "Etc/UTC\n");
        }
        CertificateBundle.Write(tree);
    }

    // Shell without an effect on a first installation: comments, options, and the linker's cache, which is not used.
    [GeneratedRegex(@"^(|#.*|set -e|:|true|exit 0|ldconfig|fi|esac|;;|if \[ ""?\$1""? = ""?(configure|triggered)""? \]; ?then)$")]
    private static partial Regex Harmless();
}
