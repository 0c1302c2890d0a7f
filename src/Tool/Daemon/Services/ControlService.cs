using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary><c>moby.buildkit.v1.Control</c>: builds, what they tell, and the sessions of clients.</summary>
internal sealed class ControlService(BuildRunner runner, BuildRegistry builds, SessionRegistry sessions, WorkerDescription worker, TimeProvider time) : Control.ControlBase
{
    private const string Now = "buildkit-current-timestamp";

    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context) =>
        new() { ExporterResponse = { (await runner.RunAsync(request, context.CancellationToken).ConfigureAwait(false)).ToDictionary() } };

    public override async Task Status(StatusRequest request, IServerStreamWriter<StatusResponse> responseStream, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync(new Metadata { { Now, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) } }).ConfigureAwait(false);
        var log = await builds.FindLogAsync(request.Ref, context.CancellationToken).ConfigureAwait(false);
        await foreach (var happened in log.ReadAsync(context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(happened, context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task Session(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var tunnel = new BytesTunnel(
            async token => await requestStream.MoveNext(token).ConfigureAwait(false) ? requestStream.Current.Data : await EndAsync(ended).ConfigureAwait(false),
            (data, token) => responseStream.WriteAsync(new BytesMessage { Data = data }, token),
            () => ended.CancelAsync());
        var session = SessionHeaders.Open(context.GetHttpContext().Request.Headers, tunnel);
        await using var closed = session.ConfigureAwait(false);
        using var known = sessions.Add(session);
        try
        {
            await session.WatchAsync(time, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It has ended, as each does.
        }
    }

    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context) => Task.FromResult(new ListWorkersResponse { Record = { worker.Describe() } });

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) => Task.FromResult(new InfoResponse { BuildkitVersion = worker.Version });

    private static async Task<ByteString?> EndAsync(CancellationTokenSource ended)
    {
        await ended.CancelAsync().ConfigureAwait(false);
        return null;
    }
}
