using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Protocol.Contents;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary><c>containerd.services.content.v1.Content</c>, to read: what records of builds refer to, and the blobs of the store.</summary>
internal sealed class ContentService(BuildHistory history, LocalContentStore store) : Content.ContentBase
{
    private const int Piece = 1 << 20, Batch = 100;

    public override async Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        var content = Open(request.Digest);
        await using (content.ConfigureAwait(false))
            return new InfoResponse { Info = new Info { Digest = request.Digest, Size = content.Length, CreatedAt = new Timestamp(), UpdatedAt = new Timestamp() } };
    }

    public override async Task List(ListContentRequest request, IServerStreamWriter<ListContentResponse> responseStream, ServerCallContext context)
    {
        var filter = RecordFilter.Parse(request.Filters);
        foreach (var some in StoreInventory.Read(store.Root).Blobs.Select(Describe).Where(i => filter.Fits(name => FindField(i, name))).Chunk(Batch))
            await responseStream.WriteAsync(new ListContentResponse { Info = { some } }, context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        var content = Open(request.Digest);
        await using (content.ConfigureAwait(false))
        {
            var (position, end) = (request.Offset, request.Size > 0 ? Math.Min(content.Length, request.Offset + request.Size) : content.Length);
            if (position < 0 || position > content.Length) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"'{request.Digest}' has no byte {position}");
            content.Position = position;
            while (position < end)
            {
                var piece = new byte[Math.Min(Piece, end - position)];
                await content.ReadExactlyAsync(piece, context.CancellationToken).ConfigureAwait(false);
                await responseStream.WriteAsync(new ReadContentResponse { Offset = position, Data = UnsafeByteOperations.UnsafeWrap(piece) }, context.CancellationToken).ConfigureAwait(false);
                position += piece.Length;
            }
        }
    }

    private static Info Describe(StoredBlob blob)
    {
        var written = Timestamp.FromDateTime(DateTime.SpecifyKind(blob.File.LastUsed, DateTimeKind.Utc));
        return new Info { Digest = blob.Digest.ToString(), Size = blob.File.Size, CreatedAt = written, UpdatedAt = written };
    }

    private static string? FindField(Info info, string name) => name switch
    {
        "digest" => info.Digest,
        "size" => info.Size.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    // The files themselves: whoever asks for content by its digest proves it.
    private FileStream Open(string digest)
    {
        var path = history.FindContent(digest) ?? (Digest.TryParse(digest, out var known) ? store.PathOf(known) : null);
        return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : throw new DaemonException(DaemonException.NoRecord, ErrorKind.NotFound, $"content {digest}: not found");
    }
}
