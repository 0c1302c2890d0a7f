using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What a worker is told when it starts.</summary>
/// <param name="Store">The absolute path of the content store.</param>
/// <param name="SearchPath">The folders of programs, as in <c>PATH</c>.</param>
/// <param name="Grants">What its steps may ask for beyond their sandbox.</param>
/// <param name="Snapshotter">How it has the trees of steps.</param>
internal sealed record WorkerArguments(string Store, string SearchPath, StepGrants Grants, string Snapshotter = Snapshotters.Auto)
{
    private const string HostNetwork = "network.host", Insecure = "security.insecure";

    /// <summary>As a command line.</summary>
    public IReadOnlyList<string> ToList() => [Store, SearchPath, Snapshotter, .. Grants.HostNetwork ? new[] { HostNetwork } : [], .. Grants.Insecure ? new[] { Insecure } : []];

    /// <summary>Of a command line.</summary>
    public static WorkerArguments Parse(IReadOnlyList<string> arguments) =>
        new(arguments[0], arguments[1], new StepGrants(arguments.Skip(3).Contains(HostNetwork), arguments.Skip(3).Contains(Insecure)), arguments[2]);
}
