using MsBuildKit.Engine;
using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Policies;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Daemon.Statements;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>What holds for the whole of a build, however many frontends ask for parts of it.</summary>
/// <param name="Job">Does the work.</param>
/// <param name="Status">What clients are told.</param>
/// <param name="Lent">What clients lend.</param>
/// <param name="Frontends">Who can be asked.</param>
/// <param name="Guard">Lets graphs in.</param>
/// <param name="Producers">What is known of graphs that frontends made.</param>
/// <param name="How">How the build builds.</param>
/// <param name="Caches">Reads caches from elsewhere.</param>
/// <param name="Machine">The platform of what names none.</param>
/// <param name="Time">The time.</param>
internal sealed record BuildSetting(
    BuildJob Job, BuildStatus Status, LentSession Lent, FrontendSet Frontends, GraphGuard Guard, KnownProducers Producers, BuildRequest How, CacheImporter Caches, Platform Machine, TimeProvider Time)
{
    /// <summary>Images say in their configurations what their layers are the results of.</summary>
    public bool HasInlineCache { get; init; }

    /// <summary>A client that judges sources, or <c>null</c>.</summary>
    public ClientPolicy? Judge { get; init; }
}
