using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Contents;
using Status = Grpc.Core.Status;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>Writes into a store of the client. What the store has already is not sent.</summary>
/// <param name="client">Has it.</param>
/// <param name="store">What the client calls it, such as <see cref="SessionContent.Export"/>.</param>
internal sealed class SessionContentWriter(ClientSession client, string store)
{
    private const int Largest = 1 << 20;

    /// <summary>Writes one blob, and returns when the client has it. Throws MBK2530 when it does not take it, MBK2531 when it takes none, MBK2532 when it ends up
    /// with something else.</summary>
    /// <param name="blob">What is written.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Ends it; the client then has nothing.</param>
    public async Task WriteAsync(Descriptor blob, Stream content, CancellationToken cancellationToken)
    {
        if (!SessionContent.IsWrittenBy(client)) throw SessionErrors.NotServed("/containerd.services.content.v1.Content/Write");
        using var call = new Content.ContentClient(client.Channel).Write(SessionContent.Headers(store), cancellationToken: cancellationToken);
        try
        {
            await SendAsync(call, blob, content, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // Then it is there, whoever wrote it.
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SessionErrors.Failed(e, $"write '{blob.Digest}' to '{store}'");
        }
    }

    private static async Task SendAsync(AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, Descriptor blob, Stream content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Largest);
        try
        {
            await AskAsync(call, Request(WriteAction.Stat, blob, 0), cancellationToken).ConfigureAwait(false);
            var offset = 0L;
            for (int read; (read = await content.ReadAtLeastAsync(buffer.AsMemory(0, Largest), Largest, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0; offset += read)
            {
                var request = new WriteContentRequest { Action = WriteAction.Write, Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read)) };
                var answer = await AskAsync(call, request, cancellationToken).ConfigureAwait(false);
                if (answer.Offset != offset + read) throw SessionErrors.Wrong($"'{blob.Digest}' stands at byte {answer.Offset} instead of {offset + read}");
            }
            var end = await AskAsync(call, Request(WriteAction.Commit, blob, offset), cancellationToken).ConfigureAwait(false);
            if (end.Digest != blob.Digest.ToString()) throw SessionErrors.Wrong($"'{blob.Digest}' was kept as '{end.Digest}'");
            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            while (await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static WriteContentRequest Request(WriteAction action, Descriptor blob, long offset) =>
        new() { Action = action, Ref = $"msbuildkit-{blob.Digest}", Total = blob.Size, Expected = blob.Digest.ToString(), Offset = offset };

    private static async Task<WriteContentResponse> AskAsync(AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, WriteContentRequest request, CancellationToken cancellationToken)
    {
        // A client may end the call while it is written to: the answer then says how, and who waited for room would wait for ever.
        var answering = call.ResponseStream.MoveNext(cancellationToken);
        var writing = call.RequestStream.WriteAsync(request, cancellationToken);
        _ = writing.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        if (!await answering.ConfigureAwait(false)) throw new RpcException(new Status(StatusCode.Aborted, "it ended before all was sent"));
        // What is answered was sent, and may not be known to be yet: until then nothing else may be.
        await writing.ConfigureAwait(false);
        return call.ResponseStream.Current;
    }
}
