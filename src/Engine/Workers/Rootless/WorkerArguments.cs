using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What a worker is told when it starts.</summary>
/// <param name="Store">The absolute path of the content store.</param>
/// <param name="SearchPath">The folders of programs, as in <c>PATH</c>.</param>
/// <param name="Runtime">The runtime that was asked for, as <see cref="WorkerProgram.Runtime"/>.</param>
/// <param name="Grants">What its steps may ask for beyond their sandbox.</param>
[SupportedOSPlatform("linux")]
internal sealed record WorkerArguments(string Store, string SearchPath, string Runtime, StepGrants Grants)
{
    private const string HostNetwork = "network.host", Insecure = "security.insecure";

    /// <summary>As a command line.</summary>
    public IReadOnlyList<string> ToList() => [Store, SearchPath, Runtime, .. Grants.HostNetwork ? new[] { HostNetwork } : [], .. Grants.Insecure ? new[] { Insecure } : []];

    /// <summary>Of a worker that a program starts.</summary>
    public static WorkerArguments Of(WorkerProgram program, string store, StepGrants? grants = null) =>
        new(store, string.Join(':', program.SearchPath), program.Runtime, grants ?? new StepGrants());

    /// <summary>What its steps run with.</summary>
    public StepRunnerOptions RunnerOptions(WorkArea area) => new() { Scratch = area.Private, Trees = area.MakeTreeFolder(), SearchPath = SearchPath, Runtime = Runtime, Grants = Grants };

    /// <summary>The memory that its trees are mounted on; hides neither the store nor a program.</summary>
    public WorkArea CreateArea() => WorkArea.Create([Store, AppContext.BaseDirectory, Runtime, .. SearchPath.Split(':')]);

    /// <summary>Of a command line.</summary>
    public static WorkerArguments Parse(IReadOnlyList<string> arguments) =>
        new(arguments[0], arguments[1], arguments[2], new StepGrants(arguments.Skip(3).Contains(HostNetwork), arguments.Skip(3).Contains(Insecure)));
}
