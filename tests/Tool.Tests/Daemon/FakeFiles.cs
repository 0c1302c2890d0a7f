using Grpc.Core;
using MsBuildKit.Tool.Protocol.FileSync;

namespace MsBuildKit.Tool.Tests.Daemon;

/// <summary>A client that writes files into memory.</summary>
internal sealed class FakeFiles : FileSend.FileSendBase
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MemoryStream Written { get; } = new();

    public Metadata? Headers { get; private set; }

    /// <summary>The largest message that came, in bytes.</summary>
    public int Largest { get; private set; }

    /// <summary>The file came to its end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Nothing more comes.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Refuses the file after that many bytes.</summary>
    public (StatusCode Code, long After)? Refusal { get; init; }

    public override async Task DiffCopy(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        Headers = context.RequestHeaders;
        try
        {
            Refuse();
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
            {
                Written.Write(message.Data.Span);
                Largest = Math.Max(Largest, message.Data.Length);
                Refuse();
            }
            IsWhole = true;
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private void Refuse()
    {
        if (Refusal is { } refusal && Written.Length >= refusal.After) throw new RpcException(new Status(refusal.Code, "no room here"));
    }
}
