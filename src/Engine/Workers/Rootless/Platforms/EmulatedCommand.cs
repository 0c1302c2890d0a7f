using System.Runtime.Versioning;
using System.Text;

namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>A step whose command is started through an emulator that is mounted into it. What that command starts is not emulated.</summary>
[SupportedOSPlatform("linux")]
internal static class EmulatedCommand
{
    /// <summary>Where the emulator is in the step, as with BuildKit.</summary>
    public const string Place = "/dev/.buildkit_qemu_emulator";

    private const int MostScripts = 4, LongestFirstLine = 256;

    /// <summary>The step with the emulator; throws MBK2016 when its program is not there.</summary>
    /// <param name="spec">The step.</param>
    /// <param name="root">Its tree.</param>
    /// <param name="emulator">The emulator's path on the worker's side.</param>
    public static StepSpec Of(StepSpec spec, StepTree root, string emulator)
    {
        // An emulator does what the kernel does for a program: finding it is for shells, and running scripts is for the kernel.
        List<string> args = [FindProgram(spec, root), .. spec.Args.Skip(1)];
        var name = spec.Args[0];
        for (var scripts = 0; scripts < MostScripts && FirstLine(spec, root, args[0]) is ['#', '!', .. var line]; scripts++)
        {
            args.InsertRange(0, line.Trim(' ', '\t').Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            name = args[0];
        }
        return spec with { Args = [Place, "-0", name, .. args], Mounts = [.. spec.Mounts, new BindMount(emulator, Place, ReadOnly: true)] };
    }

    private static string FindProgram(StepSpec spec, StepTree root)
    {
        var name = spec.Args[0];
        var path = spec.Environment.LastOrDefault(v => v.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? RuntimeSpec.DefaultPath;
        var candidates = name.Contains('/', StringComparison.Ordinal) ? [Full(name)] : path.Split(':').Select(f => Full($"{f}/{name}"));
        return candidates.FirstOrDefault(c => Exists(c)) ?? throw StepErrors.Runtime(Path.GetFileName(Place), $"'{name}' is not in the tree of the step");

        string Full(string given) => given.StartsWith('/') ? given : $"{spec.WorkingDirectory.TrimEnd('/')}/{given}";

        bool Exists(string candidate)
        {
            using var file = Open(spec, root, candidate);
            return file is not null;
        }
    }

    private static string? FirstLine(StepSpec spec, StepTree root, string path)
    {
        using var file = Open(spec, root, path);
        if (file is null) return null;
        var bytes = new byte[LongestFirstLine];
        var text = Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        return text.Split('\n')[0];
    }

    // In what is mounted there, else in the tree.
    private static FileStream? Open(StepSpec spec, StepTree root, string path)
    {
        var mount = spec.Mounts.Where(m => m.Destination == path || MountPoints.IsBelow(path, [m.Destination])).MaxBy(m => m.Destination.Length);
        var source = mount switch { BindMount bind => bind.Source, CacheDirectory cache => cache.Path, _ => null };
        if (mount is null) return root.OpenProgram(path);
        if (source is null) return null;
        if (mount.Destination == path) return mount.IsFile ? File.OpenRead(source) : null;
        using var tree = new StepTree(source);
        return tree.OpenProgram(path[mount.Destination.Length..]);
    }
}
