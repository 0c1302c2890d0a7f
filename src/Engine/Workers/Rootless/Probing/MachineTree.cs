using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>A step's tree of what is on this machine, so that a step can run without an image: its programs and libraries, the worker, and the .NET that runs
/// this process unless it is machine code itself, all of them read-only.</summary>
[SupportedOSPlatform("linux")]
internal static class MachineTree
{
    private const string Dotnet = "/dotnet", Worker = "/worker";

    private static bool IsNative => !RuntimeFeature.IsDynamicCodeSupported;

    private static readonly string[] s_system = ["/usr", "/bin", "/lib", "/lib64", "/nix/store"];

    /// <summary>What starts the worker in such a tree.</summary>
    public static IReadOnlyList<string> Command => IsNative ? [$"{Worker}/{WorkerProgram.Name}"] : [Dotnet + "/dotnet", $"{Worker}/{WorkerProgram.Name}.dll"];

    /// <summary>The variables with which .NET needs nothing else of the machine.</summary>
    public static IReadOnlyList<string> Environment => ["DOTNET_EnableDiagnostics=0", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"];

    /// <summary>The names of the variables that a step in such a tree has.</summary>
    public static IReadOnlyList<string> Variables => [.. Environment.Select(v => v.Split('=')[0]), "PATH", "HOME"];

    /// <summary>Makes the tree and describes a step in it.</summary>
    /// <param name="folder">Empty; every id must be able to get there.</param>
    /// <param name="args">What runs.</param>
    public static StepSpec Make(string folder, IReadOnlyList<string> args)
    {
        var mounts = new List<StepMount>
        {
            new TmpfsMount("/tmp"),
            new BindMount(AppContext.BaseDirectory.TrimEnd('/'), Worker, ReadOnly: true),
        };
        if (!IsNative) mounts.Add(new BindMount(Path.GetFullPath("../../..", RuntimeEnvironment.GetRuntimeDirectory()), Dotnet, ReadOnly: true));
        folder = Path.Combine(folder, "root");
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        // Where /usr is all there is, the others are links into it.
        foreach (var path in s_system)
            if (new DirectoryInfo(path).LinkTarget is { } target) File.CreateSymbolicLink(folder + path, target);
            else if (Directory.Exists(path)) mounts.Add(new BindMount(path, path, ReadOnly: true));
        var spec = new StepSpec { Root = folder, Args = args, Environment = Environment, Mounts = mounts };
        using var tree = new StepTree(folder);
        foreach (var point in MountPoints.Needed(spec)) tree.Ensure(point.Path, point.IsFile);
        return spec with { ReadOnlyRoot = true };
    }
}
