using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Devices;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Policies;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Transfer;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Frontends;

/// <summary>A build of a client that lends folders: <c>src</c> as context and for the Dockerfile, <c>more</c> as a named context.</summary>
internal sealed class FrontendBuild : IAsyncDisposable
{
    private readonly LocalContentStore _store;
    private readonly StatusLog _log;
    private readonly Registries _registries;
    private readonly BuilderServices _services;
    private readonly ContextFolders _folders;

    /// <param name="gateway">Stands in for frontends that are images.</param>
    /// <param name="client">The client's session, or <c>null</c> for none.</param>
    /// <param name="worker">Runs steps, or <c>null</c> for nobody.</param>
    public FrontendBuild(IFrontend? gateway = null, ClientSession? client = null, WorkerProgram? worker = null)
    {
        Directory.CreateDirectory(Folder["src"]);
        Directory.CreateDirectory(Folder["more"]);
        _store = new LocalContentStore(Folder["store"]);
        _folders = new ContextFolders(Folder["contexts"], TimeProvider.System);
        _log = new StatusLog(Folder["log"]);
        _registries = new Registries(new HostCredentials(new Dictionary<string, string>(), Folder["home"]), new RegistryOptions { Time = TimeProvider.System, Random = new Random(1), Attempts = 1 });
        _services = new BuilderServices { Time = TimeProvider.System, Registries = _registries, Mirrors = new HttpClient(), LocalEngines = new LocalEngineLoader([]), Worker = worker is null ? null : () => worker, Files = new WebFiles(new RegistryOptions { Time = TimeProvider.System, Random = new Random(1), Attempts = 1 }) };
        var how = new BuildRequest { ProjectName = "image", CacheDirectory = Folder["store"], SourceDateEpoch = 1_000_000_000, GivesFailed = worker is not null };
        var folders = new Dictionary<string, string> { ["context"] = Folder["src"], ["dockerfile"] = Folder["src"], ["more"] = Folder["more"] };
        Status = new BuildStatus(_log, TimeProvider.System);
        var job = new BuildJob(_services, how, new BuildSession([], new Dictionary<string, IContentSource>()) { Folders = folders }, _store, null, Status);
        var frontends = new Dictionary<string, IFrontend> { [DockerfileFrontend.Name] = new DockerfileFrontend() };
        if (gateway is not null) frontends["gateway.v0"] = gateway;
        var lent = new LentSession(client, new SessionRegistry(TimeProvider.System), new SessionTrees(_folders));
        var guard = new GraphGuard(new HashSet<string>(), SourcePolicy.None, new DeviceGrants([], new DaemonDevices([], [])));
        Bridge = new BuildBridge(new BuildSetting(job, Status, lent, new FrontendSet(frontends), guard, Producers, how, new CacheImporter(job, Status, null), Platform.LinuxAmd64, TimeProvider.System), new AskedFrontend("", Call()));
    }

    public TempFolder Folder { get; } = new("frontend");

    public BuildBridge Bridge { get; }

    public BuildStatus Status { get; }

    public KnownProducers Producers { get; } = new();

    public Task<FrontendResult> SolveAsync(string dockerfile, params (string Key, string Value)[] attributes)
    {
        Folder.Write("src/Dockerfile", dockerfile);
        return SolveAsync(Call(attributes));
    }

    public Task<FrontendResult> SolveAsync(FrontendCall call) => Bridge.SolveAsync(null, DockerfileFrontend.Name, call, TestContext.Current.CancellationToken);

    /// <summary>All that clients were told.</summary>
    public async Task<IReadOnlyList<StatusResponse>> ReadStatusAsync()
    {
        Status.Complete();
        var all = new List<StatusResponse>();
        await foreach (var response in _log.ReadAsync(TestContext.Current.CancellationToken)) all.Add(response);
        return all;
    }

    public static FrontendCall Call(params (string Key, string Value)[] attributes) => CallWith(new Dictionary<string, Definition>(), attributes);

    public static FrontendCall CallWith(Dictionary<string, Definition> inputs, params (string Key, string Value)[] attributes) =>
        new(attributes.ToDictionary(a => a.Key, a => a.Value), inputs);

    public async ValueTask DisposeAsync()
    {
        await Bridge.DisposeAsync();
        await _store.DisposeAsync();
        _folders.Dispose();
        _log.Dispose();
        _services.Dispose();
        Folder.Dispose();
    }
}
