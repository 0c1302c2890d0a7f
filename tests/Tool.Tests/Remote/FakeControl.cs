using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Tests.Remote;

/// <summary>What a builder answers.</summary>
/// <param name="solve">Solves, with what the client lends.</param>
internal sealed class FakeControl(Func<SolveRequest, ClientSession, ServerCallContext, Task<SolveResponse>> solve) : Control.ControlBase
{
    private readonly TaskCompletionSource<ClientSession> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _solved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Steps that it tells of.</summary>
    public StatusResponse Told { get; init; } = new();

    /// <summary>The last request.</summary>
    public SolveRequest? Request { get; private set; }

    /// <summary>Ends when a build does.</summary>
    public Task Solved => _solved.Task;

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) => Task.FromResult(new InfoResponse());

    public override async Task Status(StatusRequest request, IServerStreamWriter<StatusResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(Told);
        await _solved.Task.WaitAsync(context.CancellationToken);
    }

    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context)
    {
        Request = request;
        try
        {
            return await solve(request, await _session.Task.WaitAsync(context.CancellationToken), context);
        }
        finally
        {
            _solved.TrySetResult();
        }
    }

    public override async Task Session(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        var ended = new TaskCompletionSource();
        var tunnel = new BytesTunnel(
            async token => await requestStream.MoveNext(token) ? requestStream.Current.Data : null,
            (data, _) => responseStream.WriteAsync(new BytesMessage { Data = data }),
            () =>
            {
                ended.TrySetResult();
                return Task.CompletedTask;
            });
        await using var session = SessionHeaders.Open(context.GetHttpContext().Request.Headers, tunnel);
        _session.TrySetResult(session);
        await Task.WhenAny(ended.Task, Task.Delay(Timeout.Infinite, context.CancellationToken));
    }
}
