using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary><c>moby.buildkit.v1.Control</c>: builds, what they tell, and the sessions of clients.</summary>
internal sealed class ControlService(BuildRunner runner, BuildRegistry builds, SessionRegistry sessions, BuildHistory history, DaemonStorage storage, WorkerDescription worker, TimeProvider time) : Control.ControlBase
{
    private const string Now = "buildkit-current-timestamp";

    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context) =>
        new() { ExporterResponse = { (await runner.RunAsync(request, context.CancellationToken).ConfigureAwait(false)).ToDictionary() } };

    public override async Task Status(StatusRequest request, IServerStreamWriter<StatusResponse> responseStream, ServerCallContext context)
    {
        await SendTimeAsync(context).ConfigureAwait(false);
        var told = history.FindLog(request.Ref) is { } kept
            ? StatusLog.ReplayAsync(kept, context.CancellationToken)
            : (await builds.FindLogAsync(request.Ref, context.CancellationToken).ConfigureAwait(false)).ReadAsync(context.CancellationToken);
        await foreach (var happened in told.ConfigureAwait(false)) await responseStream.WriteAsync(happened, context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<DiskUsageResponse> DiskUsage(DiskUsageRequest request, ServerCallContext context) =>
        new() { Record = { await storage.ListAsync(request, context.CancellationToken).ConfigureAwait(false) } };

    public override async Task Prune(PruneRequest request, IServerStreamWriter<UsageRecord> responseStream, ServerCallContext context)
    {
        foreach (var removed in await storage.PruneAsync(request, context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(removed, context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task ListenBuildHistory(BuildHistoryRequest request, IServerStreamWriter<BuildHistoryEvent> responseStream, ServerCallContext context)
    {
        await SendTimeAsync(context).ConfigureAwait(false);
        await foreach (var happened in history.ListenAsync(request, context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(happened, context.CancellationToken).ConfigureAwait(false);
    }

    public override Task<UpdateBuildHistoryResponse> UpdateBuildHistory(UpdateBuildHistoryRequest request, ServerCallContext context)
    {
        history.Update(request);
        return Task.FromResult(new UpdateBuildHistoryResponse());
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

    // For clients whose clocks are wrong.
    private Task SendTimeAsync(ServerCallContext context) =>
        context.WriteResponseHeadersAsync(new Metadata { { Now, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) } });

    private static async Task<ByteString?> EndAsync(CancellationTokenSource ended)
    {
        await ended.CancelAsync().ConfigureAwait(false);
        return null;
    }
}
