using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>How the worker process is started.</summary>
public sealed record WorkerProgram
{
    /// <summary>The name of the worker's program, and of its assembly before the ending.</summary>
    internal const string Name = "msbuildkit-worker";

    /// <summary>The program and its first arguments: one of machine code, or a .NET host and the worker's assembly.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The folders where unshare, newuidmap, newgidmap, crun and their like are looked for, in order.</summary>
    public required IReadOnlyList<string> SearchPath { get; init; }

    /// <summary>The runtime that its steps are to be run with: the name of a program on the search path, or a full path.</summary>
    /// <value>Default: empty, which is crun, else runc.</value>
    public string Runtime { get; init; } = "";

    /// <summary>How it has the trees of steps: <c>auto</c>, <c>overlayfs</c>, <c>fuse-overlayfs</c> or <c>native</c>.</summary>
    /// <value>Default: <c>auto</c>, the first of these that works where the store is.</value>
    public string Snapshotter { get; init; } = "auto";

    /// <summary>Where files describe the devices that its steps may have.</summary>
    /// <value>Default: <see cref="DeviceFiles.Folders"/>.</value>
    public IReadOnlyList<string> DeviceFolders { get; init; } = DeviceFiles.Folders;

    /// <summary>Who starts it.</summary>
    public required HostUser User { get; init; }

    /// <summary>Where subuid and subgid are.</summary>
    /// <value>Default: <c>/etc</c>.</value>
    public string ConfigurationFolder { get; init; } = "/etc";

    /// <summary>Where it starts.</summary>
    /// <value>Default: <c>/</c>.</value>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Variables that it gets besides those of its caller.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The worker of a folder; its assembly runs on the .NET that runs this process.</summary>
    /// <param name="folder">Has <c>msbuildkit-worker.dll</c>, or <c>msbuildkit-worker</c> as a program that may be run.</param>
    /// <param name="environment">Names the .NET, where programs are, and the runtime of steps.</param>
    /// <param name="userName">The caller's name, where <c>/etc/passwd</c> has none.</param>
    public static WorkerProgram Of(string folder, IReadOnlyDictionary<string, string> environment, string userName) => new()
    {
        Command = ProgramPath.Find([folder], Name) is { } native ? [native] : [environment.GetValueOrDefault("DOTNET_HOST_PATH") ?? Path.GetFullPath("../../../dotnet", RuntimeEnvironment.GetRuntimeDirectory()), Path.Combine(folder, Name + ".dll")],
        SearchPath = environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        Runtime = environment.GetValueOrDefault("MSBUILDKIT_RUNTIME", ""),
        User = OperatingSystem.IsLinux() ? HostUser.Current("/etc/passwd", userName) : new HostUser(0, 0, userName),
    };

    /// <summary>The absolute path of a program, or <c>null</c> when it is in no folder of the search path.</summary>
    public string? Find(string program) => ProgramPath.Find(SearchPath, program);
}
