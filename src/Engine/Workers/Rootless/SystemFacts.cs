using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What steps see of <c>/sys</c>: the few files that C libraries and runtimes size themselves by, copied. Nothing there reaches the kernel.</summary>
[SupportedOSPlatform("linux")]
internal static class SystemFacts
{
    private const UnixFileMode Listable = (UnixFileMode)0b101_101_101;

    private static readonly string[] s_files =
    [
        "devices/system/cpu/isolated", "devices/system/cpu/kernel_max", "devices/system/cpu/offline", "devices/system/cpu/online",
        "devices/system/cpu/possible", "devices/system/cpu/present", "devices/system/node/has_cpu", "devices/system/node/online",
        "devices/system/node/possible", "kernel/mm/transparent_hugepage/enabled", "kernel/mm/transparent_hugepage/hpage_pmd_size",
    ];

    /// <summary>Copies from the host's <paramref name="sys"/>; what is not there is left out.</summary>
    public static void Copy(string sys, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in s_files)
        {
            var source = Path.Combine(sys, file);
            if (!File.Exists(source)) continue;
            var path = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, File.ReadAllText(source));
            File.SetUnixFileMode(path, (UnixFileMode)0b100_100_100);
        }
        // Programs list some of these, and that there is nothing is an answer.
        foreach (var folder in (string[])["class", "fs", "bus", "block", "module", "kernel"]) Directory.CreateDirectory(Path.Combine(target, folder));
        foreach (var entry in Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories).Append(target))
        {
            if (Directory.Exists(entry)) File.SetUnixFileMode(entry, Listable);
            Mounts.Own(entry, StepIds.First, StepIds.First);
        }
    }
}
