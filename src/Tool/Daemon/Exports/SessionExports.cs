using Grpc.Core;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Protocol.Exporters;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Exporters that a client names when it has seen the result.</summary>
internal sealed class SessionExports(ClientSession client)
{
    private const string FindMethod = "/moby.exporter.v1.Exporter/FindExporters";

    private readonly Protocol.Exporters.Exporter.ExporterClient _calls = new(client.Channel);

    /// <summary>The exporters that the client wants, after some that it wanted from the beginning.</summary>
    public async Task<IReadOnlyList<IExport>> FindAsync(FrontendResult result, int first, CancellationToken cancellationToken)
    {
        if (!client.Serves(FindMethod)) return [];
        var question = new FindExportersRequest { Refs = { result.Refs.Values.Select(r => r.Id) } };
        foreach (var (key, value) in result.Metadata) question.Metadata[key] = value;
        try
        {
            var found = await _calls.FindExportersAsync(question, cancellationToken: cancellationToken).ConfigureAwait(false);
            return ExportFactory.Create([.. found.Exporters.Select(e => new Protocol.Control.Exporter { Type = e.Type, Attrs = { e.Attrs } })], client, first);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unavailable && !client.Closed.IsCancellationRequested)
        {
            // It names none.
            return [];
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SessionErrors.Failed(e, "say where the result goes");
        }
    }

    /// <summary>Tells the client that all is exported. One that does not want to know is not told.</summary>
    public async Task CompleteAsync(IReadOnlyDictionary<string, string> response, CancellationToken cancellationToken)
    {
        if (!client.Serves(FindMethod)) return;
        try
        {
            await _calls.FinalizeExportAsync(new FinalizeExportRequest { ExporterResponse = { response.ToDictionary() } }, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unavailable)
        {
            // It need not listen.
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SessionErrors.Failed(e, "complete the export");
        }
    }
}
