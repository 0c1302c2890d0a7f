using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Remote.Session;
using MsBuildKit.Tool.Wire;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Tool.Remote;

/// <summary>Has one graph solved by one builder. Its result is written into the store of the build, blob by blob.</summary>
internal sealed class RemoteBuild(BuilderEndpoint endpoint, EndpointConnector connector, ICredentialSource credentials, TimeProvider time, RemoteGraph graph, IProgress<BuildEvent>? progress)
{
    private const string Exporter = "oci", ResultKey = "containerimage.digest";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15), s_lastWords = TimeSpan.FromSeconds(2);
    private static readonly HashSet<string> s_repeated = new(StringComparer.Ordinal) { LentSessionServer.MethodKey };

    /// <summary>The digest of the result's manifest. Throws <see cref="LostBuilderException"/> when the builder is not there, or not any more.</summary>
    /// <param name="sharedKey">What builds of the same project have in common.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Digest> RunAsync(string sharedKey, CancellationToken cancellationToken)
    {
        RemoteException? refused = null;
        using var channel = StreamChannel.Open(async (_, token) =>
        {
            try
            {
                return new RepeatedHeaders(await connector.ConnectAsync(endpoint, token).ConfigureAwait(false), s_repeated);
            }
            catch (RemoteException e)
            {
                refused = e;
                throw;
            }
        });
        var control = new Control.ControlClient(channel);
        var session = await LentSessionServer.StartAsync(graph, credentials, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        var told = new RemoteProgress(progress);
        try
        {
            await control.InfoAsync(new InfoRequest(), deadline: (time.GetUtcNow() + s_patience).UtcDateTime, cancellationToken: cancellationToken).ConfigureAwait(false);
            session.Open(control, sharedKey, cancellationToken);
            var answer = await SolveAsync(control, session, told, cancellationToken).ConfigureAwait(false);
            return await ManifestOfAsync(answer, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            if (refused is not null) throw refused;
            throw RemoteFailure.IsLoss(e) ? new LostBuilderException(WhyOf(e), e) : RemoteFailure.Of(e, endpoint, graph, told.NameOf);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LostBuilderException("it does not answer", e);
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException(e.Status.Detail, e, cancellationToken);
        }
    }

    private async Task<SolveResponse> SolveAsync(Control.ControlClient control, LentSessionServer session, RemoteProgress told, CancellationToken cancellationToken)
    {
        var reference = RandomNumberGenerator.GetHexString(24, lowercase: true);
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var status = control.Status(new StatusRequest { Ref = reference }, cancellationToken: listening.Token);
        var listened = told.ListenAsync(status, listening.Token);
        try
        {
            return await control.SolveAsync(Request(reference, session.Id), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // What happened last is told last, and its name is needed for what failed.
            listening.CancelAfter(s_lastWords);
            await listened.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private SolveRequest Request(string reference, string session)
    {
        var terms = graph.Terms;
        var solve = new SolveRequest { Ref = reference, Session = session, Definition = RemoteLayouts.Name(graph.Graph, session) };
        var exporter = new Exporter { Type = Exporter, Attrs = { ["tar"] = "false", ["oci-mediatypes"] = "true", ["compression"] = NameOf(terms.Compression), ["source-date-epoch"] = terms.SourceDateEpoch.ToString(CultureInfo.InvariantCulture) } };
        if (terms.CompressionLevel is { } level) exporter.Attrs["compression-level"] = level.ToString(CultureInfo.InvariantCulture);
        solve.Exporters.Add(exporter);
        if (terms.AllowHostNetwork) solve.Entitlements.Add("network.host");
        if (terms.AllowInsecure) solve.Entitlements.Add("security.insecure");
        if (terms.AllowDevices) solve.Entitlements.Add("device");
        return solve;
    }

    private static string NameOf(Compression compression) => compression switch { Compression.None => "uncompressed", Compression.Zstd => "zstd", _ => "gzip" };

    private async Task<Digest> ManifestOfAsync(SolveResponse answer, CancellationToken cancellationToken)
    {
        if (!answer.ExporterResponse.TryGetValue(ResultKey, out var text) || !Digest.TryParse(text, out var digest)) throw Wrong("it does not say what the result is");
        var content = await graph.Store.FindAsync(digest, cancellationToken).ConfigureAwait(false) ?? throw Wrong($"it did not bring its result '{digest}'");
        await using var closed = content.ConfigureAwait(false);
        var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        using var document = JsonDocument.Parse(bytes.ToArray());
        // With statements of the builder's own, which ours take the place of, there is an index around it.
        return document.RootElement.TryGetProperty("manifests", out _) ? ImageIndex.Parse(bytes.ToArray()).Manifests[0].Digest : digest;
    }

    private RemoteException Wrong(string why) => new(RemoteException.WrongResult, ErrorKind.Unavailable, $"The builder '{endpoint.Text}' is not one that can be used: {why}. Update it, or name another.");

    private static string WhyOf(RpcException e)
    {
        Exception cause = e.Status.DebugException ?? e;
        while (cause.InnerException is { } inner && cause is not (IOException or SocketException)) cause = inner;
        return cause is RpcException ? e.Status.Detail : cause.Message;
    }
}
