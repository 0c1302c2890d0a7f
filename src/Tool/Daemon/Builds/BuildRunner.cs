using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Devices;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Policies;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>Runs the builds that clients ask for. Each has its own bridge, status and registries; they share the store, and the process that runs steps.</summary>
internal sealed class BuildRunner(ToolHost host, DaemonOptions options, LocalContentStore store, BuildRegistry builds, SessionRegistry sessions, WorkerPool workers, ContextFolders folders, BuildGate gate, BuildHistory history, StoreCleaner cleaner, FrontendSet frontends, KnownProducers producers, DaemonDevices devices)
{
    private readonly SemaphoreSlim? _slots = options.MostAtOnce is { } most ? new SemaphoreSlim(most) : null;

    /// <summary>Starts the process that runs the steps of most builds, so that the first of them need not wait for it. When it does not start, those that need it are told.</summary>
    public void Prepare()
    {
        try
        {
            using var services = host.OpenServices(null);
            workers.Find(services, Describe(new ExportLayering(), null, new HashSet<string>()))?.Prepare();
        }
        catch (BuildException)
        {
            // As said.
        }
    }

    /// <summary>Runs one build, and gives what its exporters say.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(SolveRequest request, CancellationToken cancellationToken)
    {
        gate.Enter();
        try
        {
            return await RunKnownAsync(RequestForm.Modern(request), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> RunKnownAsync(SolveRequest asked, CancellationToken cancellationToken)
    {
        var entry = builds.Take(asked.Ref);
        try
        {
            return await RunRecordedAsync(asked, entry, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            builds.Remove(asked.Ref);
            cleaner.Ask();
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> RunRecordedAsync(SolveRequest asked, BuildRegistry.Entry entry, CancellationToken cancellationToken)
    {
        history.Begin(asked);
        using var log = new StatusLog(history.Files.LogOf(asked.Ref));
        var status = new BuildStatus(log, host.Time);
        entry.Set(log);
        var facts = new RecordedFacts();
        IReadOnlyDictionary<string, string> response;
        try
        {
            response = await RunAsync(asked, entry, status, facts, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await EndAsync(asked.Ref, status, facts, record => history.Files.Keep(record, ErrorDetails.OfRecord(e))).ConfigureAwait(false);
            await log.TellAllAsync(host.Time, cancellationToken).ConfigureAwait(false);
            throw;
        }
        await EndAsync(asked.Ref, status, facts, record =>
        {
            record.ExporterResponse.Add(response.ToDictionary());
            RecordedImages.AddTo(record, facts.Exported);
        }).ConfigureAwait(false);
        await log.TellAllAsync(host.Time, cancellationToken).ConfigureAwait(false);
        return response;
    }

    // A build that is done stays done, also when nothing can be written down of it.
    private async Task EndAsync(string id, BuildStatus status, RecordedFacts facts, Action<BuildHistoryRecord> outcome)
    {
        status.Complete();
        try
        {
            history.End(id, facts.Provenance, record =>
            {
                var (total, completed, cached, warnings) = status.Counts;
                (record.NumTotalSteps, record.NumCompletedSteps, record.NumCachedSteps, record.NumWarnings) = (total, completed, cached, warnings);
                outcome(record);
                history.Files.Keep(record, BuildTrace.Write(record, status.Vertices, host.Time.GetUtcNow()));
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await host.Error.WriteLineAsync($"warning: nothing is kept of the build '{id}': {e.Message.TrimEnd('.')}. Make room in '{store.Root}'.").ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> RunAsync(SolveRequest request, BuildRegistry.Entry entry, BuildStatus status, RecordedFacts facts, CancellationToken cancellationToken)
    {
        UnofferedParts.Refuse(request);
        var attested = AttestRequest.Of(request.FrontendAttrs.AsReadOnly());
        var provenance = new ProvenanceMaker(request.Ref, host.Time.GetUtcNow(), host.Machine, UnofferedParts.CompatibilityOf(request), options.Provenance);
        var granted = Entitlements.Grant(request.Entitlements, options.Entitlements);
        var client = request.Session.Length > 0 ? await sessions.GetAsync(request.Session, cancellationToken).ConfigureAwait(false) : null;
        var exports = ExportFactory.Create(request.Exporters, client, HasCaches(request));
        // What a client knows of registries serves nobody's builds but its own.
        using var services = Reach(host.OpenServices(new SessionCredentials(client, host.Time)));
        using var trees = new SessionTrees(folders);
        var lent = new LentSession(client, sessions, trees);
        var caches = request.Cache.Exports.Select(e => CacheExport.Read(new CacheOption(e.Type, e.Attrs.AsReadOnly()))).ToList();
        var how = Describe(exports.Layering, RequestForm.EpochOf(request), granted) with { GivesFailed = request is { Frontend.Length: 0, Definition: null } };
        var job = new BuildJob(services, how, lent, store, workers.Find(services, how), status);
        var asked = new AskedFrontend(request.Frontend, new FrontendCall(request.FrontendAttrs.AsReadOnly(), request.FrontendInputs.AsReadOnly()));
        var guard = new GraphGuard(granted, request.SourcePolicy is { } policy ? new SourcePolicy([policy]) : SourcePolicy.None, new DeviceGrants(request.Entitlements, devices));
        var bridge = new BuildBridge(new BuildSetting(job, status, lent, frontends, guard, producers, how, new CacheImporter(job, status, client), host.Machine, host.Time)
        {
            HasInlineCache = caches.Any(c => c.IsInline),
            Judge = request.SourcePolicySession.Length > 0 ? new ClientPolicy(await sessions.GetAsync(request.SourcePolicySession, cancellationToken).ConfigureAwait(false)) : null,
        }, asked);
        await using var closed = bridge.ConfigureAwait(false);
        entry.Set(bridge);
        await bridge.Caches.ImportAsync(request.Cache.Imports.Select(i => new CacheOption(i.Type, i.Attrs.AsReadOnly())), cancellationToken).ConfigureAwait(false);
        return await new RunningBuild(request, bridge, new ExportSet(exports.Exports), new CacheExporter(caches, client), attested, provenance, facts).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static bool HasCaches(SolveRequest request) => request.Cache.Exports.Count + request.Cache.Imports.Count > 0 || CacheOption.OfFrontend(request.FrontendAttrs.AsReadOnly()).Count > 0;

    private BuilderServices Reach(BuilderServices services)
    {
        var shared = services with { Slots = _slots };
        return options.Registries.Count == 0 ? shared : shared with { Registries = services.Registries.With(options.Registries) };
    }

    private BuildRequest Describe(ExportLayering layering, long? epoch, IReadOnlySet<string> granted) => new()
    {
        ProjectName = "image",
        CacheDirectory = store.Root,
        SourceDateEpoch = layering.SourceDateEpoch ?? epoch ?? Engine.Oci.SourceDateEpoch.OfDockerfiles,
        Compression = layering.Compression,
        CompressionLevel = layering.Level,
        AllowHostNetwork = granted.Contains(Entitlements.HostNetwork),
        AllowInsecure = granted.Contains(Entitlements.Insecure),
        // Which, the graph guard says.
        AllowDevices = options.DeviceFolders.Count > 0,
        DeviceFolders = options.DeviceFolders,
        TakesOnlyImages = true,
        KeepsTimes = (layering.SourceDateEpoch ?? epoch) is null && !layering.RewritesTimes,
        AsksForOrigins = true,
        Parallelism = options.Parallelism,
        OperationsAtOnce = options.OperationsAtOnce,
    };
}
