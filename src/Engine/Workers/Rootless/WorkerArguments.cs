using System.Runtime.Versioning;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What a worker is told when it starts.</summary>
/// <param name="Store">The absolute path of the content store.</param>
/// <param name="SearchPath">The folders of programs, as in <c>PATH</c>.</param>
/// <param name="Runtime">The runtime that was asked for, as <see cref="WorkerProgram.Runtime"/>.</param>
/// <param name="Snapshotter">The way to have trees that was asked for, as <see cref="WorkerProgram.Snapshotter"/>.</param>
/// <param name="Grants">What its steps may ask for beyond their sandbox.</param>
/// <param name="DeviceFolders">Where files describe devices, as in <c>PATH</c>; told only where devices are granted.</param>
[SupportedOSPlatform("linux")]
internal sealed record WorkerArguments(string Store, string SearchPath, string Runtime, string Snapshotter, StepGrants Grants, string DeviceFolders = "")
{
    private const string HostNetwork = "network.host", Insecure = "security.insecure", Devices = "device";

    /// <summary>As a command line.</summary>
    public IReadOnlyList<string> ToList() =>
    [
        Store, SearchPath, Runtime, Snapshotter,
        .. Grants.HostNetwork ? new[] { HostNetwork } : [], .. Grants.Insecure ? new[] { Insecure } : [], .. Grants.Devices ? new[] { $"{Devices}={DeviceFolders}" } : [],
    ];

    /// <summary>Of a worker that a program starts.</summary>
    public static WorkerArguments Of(WorkerProgram program, string store, StepGrants? grants = null) =>
        new(store, string.Join(':', program.SearchPath), program.Runtime, program.Snapshotter, grants ?? new StepGrants(), grants is { Devices: true } ? string.Join(':', program.DeviceFolders) : "");

    /// <summary>What its steps run with.</summary>
    public StepRunnerOptions RunnerOptions(WorkArea area) => new()
    {
        Scratch = area.Private, Trees = area.MakeTreeFolder(), SearchPath = SearchPath, Runtime = Runtime, Grants = Grants,
        DeviceFolders = DeviceFolders.Split(':', StringSplitOptions.RemoveEmptyEntries),
    };

    /// <summary>The memory that its trees are mounted on; hides neither the store nor a program.</summary>
    public WorkArea CreateArea() => WorkArea.Create([Store, AppContext.BaseDirectory, Runtime, .. SearchPath.Split(':')]);

    /// <summary>How it has the trees of steps; tried in a folder of the store, once in each run of the machine. Throws MBK1511.</summary>
    public ISnapshotter ChooseSnapshotter(string folder) => Snapshotters.Choose(Snapshotter, folder, FindProgram, memory: new SnapshotterMemory(Path.Combine(Store, "snapshotter")));

    /// <summary>The absolute path of a program, or <c>null</c>.</summary>
    public string? FindProgram(string name) => ProgramPath.Find(SearchPath.Split(':'), name);

    /// <summary>Of a command line.</summary>
    public static WorkerArguments Parse(IReadOnlyList<string> arguments)
    {
        var grants = arguments.Skip(4).ToList();
        var devices = grants.Find(g => g.StartsWith(Devices + "=", StringComparison.Ordinal));
        return new(arguments[0], arguments[1], arguments[2], arguments[3], new StepGrants(grants.Contains(HostNetwork), grants.Contains(Insecure), devices is not null), devices?[(Devices.Length + 1)..] ?? "");
    }
}
