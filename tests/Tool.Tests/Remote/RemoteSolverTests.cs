using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Remote;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Status = Grpc.Core.Status;

namespace MsBuildKit.Tool.Tests.Remote;

/// <summary>Builds at builders: what they are lent, what they bring, and what happens when one is lost.</summary>
public sealed class RemoteSolverTests : IAsyncDisposable
{
    private const string Secret = "token", StepName = "[1/1] RUN false";

    private static readonly string s_step = Digest.Of("step"u8.ToArray()).ToString();

    private readonly TempFolder _folder = new("remote");
    private readonly LocalContentStore _store;
    private readonly List<BuildEvent> _told = [];

    public RemoteSolverTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Solve_Result_IsWrittenIntoTheStore()
    {
        var manifest = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"config":{},"layers":[]}""");
        await using var builder = await StartAsync("one", (_, session, token) => BringAsync(session, manifest, token));
        var digest = await SolveAsync(CancellationToken.None, builder.Endpoint);
        Assert.Equal(Digest.Of(manifest), digest);
        Assert.Equal(manifest, await File.ReadAllBytesAsync(_store.PathOf(digest), TestContext.Current.CancellationToken));
        Assert.Equal(("oci", "false", "gzip"), (builder.Control.Request!.Exporters[0].Type, builder.Control.Request.Exporters[0].Attrs["tar"], builder.Control.Request.Exporters[0].Attrs["compression"]));
    }

    [Fact]
    public async Task Solve_StepNeedsSecret_IsLentThatAndNoOther()
    {
        byte[]? lent = null, other = [];
        await using var builder = await StartAsync("one", async (_, session, token) =>
        {
            lent = await new SessionSecret(session, Secret).FindAsync(token);
            other = await new SessionSecret(session, "other").FindAsync(token);
            return await BringAsync(session, "{}"u8.ToArray(), token);
        });
        await SolveAsync(CancellationToken.None, builder.Endpoint);
        Assert.Equal("hidden"u8.ToArray(), lent);
        Assert.Null(other);
    }

    [Fact]
    public async Task Solve_StepNeedsAgent_TalksToIt()
    {
        using var agent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        agent.Bind(new UnixDomainSocketEndPoint(_folder["agent"]));
        agent.Listen();
        var (isThere, other, answer) = (false, true, new byte[5]);
        await using var builder = await StartAsync("one", async (_, session, token) =>
        {
            isThere = await new SessionAgent(session, "keys").ExistsAsync(token);
            other = await new SessionAgent(session, "other").ExistsAsync(token);
            await using var stream = await new SessionAgent(session, "keys").ConnectAsync(token);
            await stream.WriteAsync("hello"u8.ToArray(), token);
            using var near = await agent.AcceptAsync(token);
            var heard = await near.ReceiveAsync(answer, token);
            await near.SendAsync(answer.AsMemory(0, heard).ToArray().Reverse().ToArray(), token);
            await stream.ReadExactlyAsync(answer, token);
            return await BringAsync(session, "{}"u8.ToArray(), token);
        });
        await SolveAsync(CancellationToken.None, builder.Endpoint);
        Assert.True(isThere);
        Assert.False(other);
        Assert.Equal("olleh"u8.ToArray(), answer);
    }

    [Fact]
    public async Task Solve_FirstIsNotThere_WarnsAndTakesTheNext()
    {
        await using var builder = await StartAsync("one", (_, session, token) => BringAsync(session, "{}"u8.ToArray(), token));
        var absent = AbsentBefore(builder.Endpoint);
        await SolveAsync(CancellationToken.None, absent, builder.Endpoint);
        var warning = Assert.Single(_told.OfType<BuildMessage>(), m => m.Level == MessageLevel.Warning);
        Assert.Equal(RemoteException.NoBuilder, warning.Code);
        Assert.Contains($"'{absent.Text}' is lost", warning.Text);
    }

    [Fact]
    public async Task Solve_FirstDiesInTheMiddle_TheNextGoesOn()
    {
        var asked = 0;
        Task<SolveResponse> DieOnce(SolveRequest request, ClientSession session, ServerCallContext context)
        {
            if (Interlocked.Increment(ref asked) > 1) return BringAsync(session, "{}"u8.ToArray(), context.CancellationToken);
            context.GetHttpContext().Connection.RequestClose();
            context.GetHttpContext().Abort();
            return Task.FromResult(new SolveResponse());
        }
        await using var one = await FakeBuilder.StartAsync(_folder["one"], new FakeControl(DieOnce));
        await using var two = await FakeBuilder.StartAsync(_folder["two"], new FakeControl(DieOnce));
        await SolveAsync(CancellationToken.None, one.Endpoint, two.Endpoint);
        Assert.Equal(2, asked);
        Assert.Single(_told.OfType<BuildMessage>(), m => m.Code == RemoteException.NoBuilder);
    }

    [Fact]
    public async Task Solve_NoneIsThere_NamesEach()
    {
        var error = await Assert.ThrowsAsync<RemoteException>(() => SolveAsync(CancellationToken.None, Absent("a"), Absent("b")));
        Assert.Equal(RemoteException.NoBuilder, error.Code);
        Assert.All([Absent("a"), Absent("b")], e => Assert.Contains($"'{e.Text}': there is no such socket", error.Message));
    }

    [Fact]
    public async Task Solve_StepFails_SaysWhichWhereAndItsExitCode()
    {
        var failure = new Google.Rpc.Status
        {
            Code = (int)StatusCode.Unknown,
            Message = "failed to solve",
            Details = { Detail("errdefs.Vertex+json", $$"""{"digest":"{{s_step}}"}"""), Detail("gatewayapi.ExitMessage+json", """{"Code":7}""") },
        };
        await using var builder = await FakeBuilder.StartAsync(_folder["one"], new FakeControl((_, _, _) =>
            throw new RpcException(new Status(StatusCode.Unknown, failure.Message), ErrorDetails.Trailers(failure)))
        {
            Told = new StatusResponse { Vertexes = { new Vertex { Digest = s_step, Name = StepName, Started = new Timestamp { Seconds = 1 }, Completed = new Timestamp { Seconds = 3 }, Error = "exit code: 7" } } },
        });
        var error = await Assert.ThrowsAsync<RemoteException>(() => SolveAsync(CancellationToken.None, builder.Endpoint));
        Assert.Equal(RemoteException.StepFailed, error.Code);
        Assert.Contains($"{StepName}: the command ended with exit code 7", error.Message);
        Assert.Equal(4, error.Position?.Line);
        Assert.Equal([new StepStarted(StepName) { Step = s_step }, new StepCompleted(StepName, false, TimeSpan.FromSeconds(2), "exit code: 7") { Step = s_step }], _told);
    }

    [Fact]
    public async Task Solve_Cancelled_EndsTheBuildThere()
    {
        using var stop = new CancellationTokenSource();
        await using var builder = await StartAsync("one", async (_, _, token) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return new SolveResponse();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SolveAsync(stop.Token, builder.Endpoint));
        await builder.Control.Solved;
    }

    private Task<FakeBuilder> StartAsync(string name, Func<SolveRequest, ClientSession, CancellationToken, Task<SolveResponse>> solve) =>
        FakeBuilder.StartAsync(_folder[name], new FakeControl((request, session, context) => solve(request, session, context.CancellationToken)));

    private Task<Digest> SolveAsync(CancellationToken cancellationToken, params BuilderEndpoint[] endpoints)
    {
        var none = new Dictionary<string, string>();
        var session = new BuildSession([], new Dictionary<string, IContentSource>()) { Secrets = new Dictionary<string, ISecretSource> { [Secret] = new EnvironmentSecret("S", _ => "hidden") }, Ssh = new Dictionary<string, SshSource> { ["keys"] = new SshAgent(_folder["agent"]) } };
        var graph = new RemoteGraph(new Engine.Llb.Pb.Definition(), session, _store, new RemoteTerms("shop", 0))
        {
            Facts = new FileFactsCache(_folder["facts"], TimeProvider.System), FindPosition = name => name == StepName ? new SourcePosition("Dockerfile", 4, 0) : null,
        };
        var solver = new RemoteSolver(endpoints, new EndpointConnector(none), new HostCredentials(none, _folder.Path), TimeProvider.System);
        return solver.SolveAsync(graph, new Listener(_told), cancellationToken);
    }

    private static async Task<SolveResponse> BringAsync(ClientSession session, byte[] manifest, CancellationToken cancellationToken)
    {
        var blob = Descriptor.Of(MediaTypes.OciManifest, manifest);
        await new SessionContentWriter(session, SessionContent.Export).WriteAsync(blob, new MemoryStream(manifest), cancellationToken);
        return new SolveResponse { ExporterResponse = { ["containerimage.digest"] = blob.Digest.ToString() } };
    }

    private SocketEndpoint Absent(string name) => new("unix://" + _folder[name], _folder[name]);

    private SocketEndpoint AbsentBefore(BuilderEndpoint other) =>
        Enumerable.Range(0, int.MaxValue).Select(i => Absent($"absent{i}")).First(e => EndpointOrder.Of([e, other], "shop")[0] == e);

    private static Any Detail(string type, string json) => new() { TypeUrl = "github.com/moby/buildkit/" + type, Value = ByteString.CopyFromUtf8(json) };

    private sealed class Listener(List<BuildEvent> told) : IProgress<BuildEvent>
    {
        public void Report(BuildEvent value)
        {
            lock (told) told.Add(value);
        }
    }
}
