using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Remote;

/// <summary>What a builder tells of a build, as the events of one here.</summary>
internal sealed class RemoteProgress(IProgress<BuildEvent>? progress)
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _started = new(StringComparer.Ordinal), _completed = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Listens until the build has ended.</summary>
    public async Task ListenAsync(AsyncServerStreamingCall<StatusResponse> call, CancellationToken cancellationToken)
    {
        while (await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false)) Tell(call.ResponseStream.Current);
    }

    /// <summary>The name of a step, or <c>null</c> when it was not heard of.</summary>
    public string? NameOf(string digest)
    {
        lock (_gate) return _names.GetValueOrDefault(digest);
    }

    /// <summary>Tells the events of one message.</summary>
    public void Tell(StatusResponse status)
    {
        lock (_gate)
        {
            foreach (var vertex in status.Vertexes) Tell(vertex);
            foreach (var moved in status.Statuses)
                if (_names.TryGetValue(moved.Vertex, out var name) && moved.Current > 0) Tell(new StepProgress(name, moved.Current, moved.Total > 0 ? moved.Total : null), moved.Vertex);
            foreach (var log in status.Logs)
                if (_names.TryGetValue(log.Vertex, out var name)) Tell(new StepOutput(name, (int)log.Stream, log.Msg.Memory), log.Vertex);
            foreach (var warning in status.Warnings) progress?.Report(new BuildMessage(MessageLevel.Warning, warning.Short.ToStringUtf8()) { Step = warning.Vertex });
        }
    }

    private void Tell(Vertex vertex)
    {
        _names[vertex.Digest] = vertex.Name;
        if (vertex.Started is not null && _started.Add(vertex.Digest)) Tell(new StepStarted(vertex.Name), vertex.Digest);
        if (vertex.Completed is null || !_completed.Add(vertex.Digest)) return;
        var elapsed = vertex.Started is null ? TimeSpan.Zero : vertex.Completed.ToDateTimeOffset() - vertex.Started.ToDateTimeOffset();
        Tell(new StepCompleted(vertex.Name, vertex.Cached, elapsed, vertex.Error.Length > 0 ? vertex.Error : null), vertex.Digest);
    }

    private void Tell(BuildEvent happened, string digest) => progress?.Report(happened with { Step = digest });
}
