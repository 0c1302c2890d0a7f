using System.Collections.Concurrent;
using Google.Protobuf;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Containers;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Policies;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Protocol.Gateway;
using MsBuildKit.Tool.Protocol.Policies;
using MsBuildKit.Tool.Wire;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>What a frontend, or a client that is one, can ask of a running build.</summary>
internal sealed class BuildBridge : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly BuildSetting _setting;
    private readonly ConcurrentDictionary<string, BuildRef> _refs;
    private readonly BuildBridge? _parent;
    private readonly TaskCompletionSource<FrontendResult> _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="setting">The build; the bridge owns its job.</param>
    /// <param name="asked">What the client asked for.</param>
    public BuildBridge(BuildSetting setting, AskedFrontend asked)
    {
        (_setting, Call, Scope) = (setting, asked.Call, RequestScope.OfBuild(asked));
        _refs = new(StringComparer.Ordinal);
        Ended = _end.Token;
    }

    // Of a frontend that another asked: the results are the build's, what it returns is its own.
    private BuildBridge(BuildBridge parent, FrontendCall call, RequestScope scope)
    {
        (_setting, _refs, _parent, Call, Scope) = (parent._setting, parent._refs, parent, call, scope);
        Ended = parent.Ended;
    }

    public BuildJob Job => _setting.Job;

    public BuildStatus Status => _setting.Status;

    /// <summary>Reads caches from elsewhere.</summary>
    public CacheImporter Caches => _setting.Caches;

    /// <summary>Images say in their configurations what their layers are the results of.</summary>
    public bool HasInlineCache => _setting.HasInlineCache;

    /// <summary>Finds images, as the source policy wants them.</summary>
    public IImageResolver Images => new PolicedImages(new WatchedImages(Job.Images, Scope), (source, platform, token) => PoliceAsync(source, platform, [], token));

    /// <summary>The containers that were opened.</summary>
    public BuildContainers Containers { get; } = new();

    /// <summary>What the clients lend.</summary>
    public LentSession Lent => _setting.Lent;

    /// <summary>What the client asked for when it began the build, or whoever asked a frontend.</summary>
    public FrontendCall Call { get; }

    /// <summary>What is solved and looked up for that.</summary>
    public RequestScope Scope { get; }

    /// <summary>How the build builds.</summary>
    public BuildRequest How => _setting.How;

    /// <summary>The platform of what names none.</summary>
    public Platform Machine => _setting.Machine;

    /// <summary>The time.</summary>
    public DateTimeOffset Now => _setting.Time.GetUtcNow();

    /// <summary>Cancelled when the build is over.</summary>
    public CancellationToken Ended { get; }

    /// <summary>What a client that is a frontend came to.</summary>
    public Task<FrontendResult> Returned => _returned.Task;

    /// <summary>A graph, to be solved when its result is needed. Throws what is wrong with it at once.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="policies">Rules for its sources besides those of the build.</param>
    public BuildRef Add(Definition? graph, params IReadOnlyCollection<Policy> policies)
    {
        var added = graph is null or { Def.Count: 0 } ? new BuildRef(graph, null, _ => Job.SolveAsync((Definition?)null, Ended)) : Admit(graph, policies);
        _refs[added.Id] = added;
        Scope.Add(added);
        return added;
    }

    /// <summary>A source as the policy and the client want it. Throws MBK2510 when it is denied.</summary>
    /// <param name="source">The source.</param>
    /// <param name="platform">What it is for.</param>
    /// <param name="policies">Rules besides those of the build.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SourceOp> PoliceAsync(SourceOp source, Engine.Llb.Pb.Platform? platform, IReadOnlyCollection<Policy> policies, CancellationToken cancellationToken)
    {
        var policed = source.Clone();
        _setting.Guard.Policy.With(policies).Apply(policed);
        await JudgeAsync(policed, platform, cancellationToken).ConfigureAwait(false);
        return policed;
    }

    /// <summary>What the rules of the build make of a source; one that they deny stays, since nobody may ever take it.</summary>
    public string Convert(string identifier)
    {
        var source = new SourceOp { Identifier = identifier };
        try
        {
            _setting.Guard.Policy.Apply(source);
            return source.Identifier;
        }
        catch (DaemonException e) when (e.Code == DaemonException.SourceDenied)
        {
            return identifier;
        }
    }

    /// <summary>A result that was added. Throws MBK2506.</summary>
    public BuildRef Find(string id) => _refs.GetValueOrDefault(id) ?? throw new DaemonException(DaemonException.NoRef, ErrorKind.NotFound, $"no such ref: {id}");

    /// <summary>Answers what a client or frontend wants solved.</summary>
    /// <param name="graph">A graph, or</param>
    /// <param name="frontend">who makes one.</param>
    /// <param name="call">What is asked of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="policies">Rules for the sources of the graph besides those of the build.</param>
    public async Task<FrontendResult> SolveAsync(Definition? graph, string frontend, FrontendCall call, CancellationToken cancellationToken, params IReadOnlyCollection<Policy> policies)
    {
        if (graph is { Def.Count: > 0 } && frontend.Length > 0)
            throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "cannot solve with both Definition and Frontend specified");
        await Caches.ImportAsync(CacheOption.OfFrontend(call.Attributes), Ended).ConfigureAwait(false);
        if (frontend.Length > 0) return Remember(await AskAsync(frontend, call, cancellationToken).ConfigureAwait(false));
        if (graph is null or { Def.Count: 0 }) return new FrontendResult();
        return Remember(new FrontendResult { Refs = new Dictionary<string, BuildRef> { [FrontendResult.Only] = Add(graph, policies) } });
    }

    /// <summary>A result as it was sent back: its refs are those of this build.</summary>
    public FrontendResult Read(Result sent) => new()
    {
        Refs = sent.ResultCase switch
        {
            Result.ResultOneofCase.RefDeprecated => Refs((FrontendResult.Only, sent.RefDeprecated)),
            Result.ResultOneofCase.RefsDeprecated => Refs([.. sent.RefsDeprecated.Refs.Select(r => (r.Key, r.Value))]),
            Result.ResultOneofCase.Ref => Refs((FrontendResult.Only, sent.Ref.Id)),
            Result.ResultOneofCase.Refs => sent.Refs.Refs.ToDictionary(r => r.Key, r => r.Value.Id.Length > 0 ? Find(r.Value.Id) : Add(null), StringComparer.Ordinal),
            _ => new Dictionary<string, BuildRef>(),
        },
        Metadata = sent.Metadata.ToDictionary(),
        Attestations = sent.Attestations.ToDictionary(),
    };

    /// <summary>What was asked for in a scope, of which came what <paramref name="capture"/> tells.</summary>
    public RequestProvenance Tell(RequestScope scope, BuildCapture capture) => new RequestTeller(_setting.Producers).Tell(scope, capture);

    /// <summary>The bridge of a frontend that runs on its own.</summary>
    public BuildBridge CreateChild(FrontendCall call) => new(this, call, Scope);

    /// <summary>Throws MBK2504 for a network that was not granted.</summary>
    public void Admit(NetMode network) => _setting.Guard.Admit(network);

    /// <summary>Throws MBK2504 for a confinement that was not granted.</summary>
    public void Admit(SecurityMode security) => _setting.Guard.Admit(security);

    /// <summary>The client's own frontend is done.</summary>
    public void Return(FrontendResult result) => _returned.TrySetResult(result);

    /// <summary>The client's own frontend failed.</summary>
    public void Fail(Exception error) => _returned.TrySetException(error);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await Containers.DisposeAsync().ConfigureAwait(false);
        if (_parent is not null) return;
        _returned.TrySetCanceled(Ended);
        _setting.Producers.Forget(Scope);
        foreach (var known in _refs.Values) await known.DisposeAsync().ConfigureAwait(false);
        await Job.DisposeAsync().ConfigureAwait(false);
    }

    private Task<FrontendResult> AskAsync(string frontend, FrontendCall call, CancellationToken cancellationToken) =>
        _setting.Frontends.Find(frontend).SolveAsync(new BuildBridge(this, call, Scope.Enter(new AskedFrontend(frontend, call))), call, cancellationToken);

    // Whoever gets graphs may give them to another request, also of another build.
    private FrontendResult Remember(FrontendResult result)
    {
        foreach (var given in result.Refs.Values)
            if (given.Graph is { } graph && Scope.Find(given) is { Asked: not null } scope) _setting.Producers.Add(Root.Scope, graph, Tell(scope, new BuildCapture()));
        return result;
    }

    private BuildBridge Root => _parent?.Root ?? this;

    private BuildRef Admit(Definition asked, IReadOnlyCollection<Policy> policies)
    {
        var (graph, edge) = _setting.Guard.Admit(asked, _setting.Guard.Policy.With(policies));
        if (_setting.Judge is null) Status.Announce(edge);
        return new BuildRef(graph, edge, r => Task.Run(() => SolveAsync(r), Ended));
    }

    private async Task<VertexResult> SolveAsync(BuildRef added)
    {
        if (_setting.Judge is not null)
        {
            var (graph, edge) = _setting.Guard.Admit(await PolicedGraph.OfAsync(added.Graph!, (source, platform) => JudgeAsync(source, platform, Ended)).ConfigureAwait(false), SourcePolicy.None);
            added.Replace(graph, edge);
            Status.Announce(edge);
        }
        try
        {
            return await Job.SolveAsync(added.Edge!.Value, Ended).ConfigureAwait(false);
        }
        catch (SolveException e)
        {
            throw new GraphFailure(e, added.Graph!) { Refs = FailedRefs.FindTrees(e) is { } trees ? new FailedRefs(trees, Keep(trees.Inputs), Keep(trees.Mounts)) : null };
        }
    }

    // They are results as others are, until the build ends.
    private List<string> Keep(IReadOnlyList<VertexResult?> trees) => [.. trees.Select(tree =>
    {
        if (tree is null) return "";
        var kept = new BuildRef(null, null, _ => Task.FromResult(tree));
        _refs[kept.Id] = kept;
        return kept.Id;
    })];

    private async Task<bool> JudgeAsync(SourceOp source, Engine.Llb.Pb.Platform? platform, CancellationToken cancellationToken)
    {
        if (_setting.Judge is not { } judge) return false;
        source.Identifier = SourcePolicy.Normalize(source.Identifier);
        return await judge.ApplyAsync(source, platform ?? WirePlatform.Of(Machine), request => new SourceMetadata(this).FindAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    // An id that is empty stands for a result of nothing.
    private Dictionary<string, BuildRef> Refs(params IReadOnlyList<(string Name, string Id)> refs) =>
        refs.Where(r => r.Id.Length > 0).ToDictionary(r => r.Name, r => Find(r.Id), StringComparer.Ordinal);
}
