using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Protocol.FileSync;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Remote.Session;

/// <summary><c>moby.filesync.v1.FileSync</c>: the trees and folders that a build lends, dated as a build here would see them.</summary>
internal sealed class LentFiles(RemoteGraph graph) : FileSync.FileSyncBase
{
    private const string Encoded = "-encoded";

    public override async Task DiffCopy(IAsyncStreamReader<Packet> requestStream, IServerStreamWriter<Packet> responseStream, ServerCallContext context)
    {
        // The joined headers of the call cannot be told apart again.
        var headers = context.GetHttpContext().Request.Headers;
        var name = Values(headers, "dir-name").FirstOrDefault() ?? "";
        var sent = await FindAsync(name, new FolderFilter(Values(headers, "include-patterns"), Values(headers, "exclude-patterns"), Values(headers, "followpaths")), context.CancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"no access allowed to dir \"{name}\""));
        await TreeSender.SendAsync(new CallPackets(requestStream, responseStream), new LentTreeSource(sent), context.CancellationToken).ConfigureAwait(false);
    }

    private async Task<SentTree?> FindAsync(string name, FolderFilter filter, CancellationToken cancellationToken)
    {
        if (graph.Session.FindLocal(name) is { } tree) return Dated(new SentTree(tree, await graph.Facts.ReadAsync(tree, cancellationToken).ConfigureAwait(false)));
        if (graph.Session.FindFolder(name) is not { } folder) return null;
        return Dated((await graph.Facts.ReadFolderAsync(name, folder, filter, cancellationToken).ConfigureAwait(false)).Sent);
    }

    private SentTree Dated(SentTree sent) => sent with { Tree = sent.Tree with { ModifiedSeconds = graph.Terms.SourceDateEpoch } };

    private static IReadOnlyList<string> Values(IHeaderDictionary headers, string key) =>
        [.. headers[key].OfType<string>().Select(v => headers.ContainsKey(key + Encoded) ? WebUtility.UrlDecode(v) : v)];
}
