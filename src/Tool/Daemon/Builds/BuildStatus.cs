using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Control;
using Vertex = MsBuildKit.Tool.Protocol.Control.Vertex;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>Tells clients what happens in a build, in BuildKit's words.</summary>
internal sealed class BuildStatus(StatusLog log, TimeProvider time) : IProgress<BuildEvent>
{
    private const string Stopped = "context canceled";

    // Messages larger than this are cut into several by those who send them.
    private const int LargestPiece = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Vertex> _vertices = new(StringComparer.Ordinal);
    private int _warnings;

    /// <summary>How many operations are known, were done, and were done before.</summary>
    public (int Total, int Completed, int Cached, int Warnings) Counts
    {
        get
        {
            lock (_gate) return (_vertices.Count, _vertices.Values.Count(v => v.Completed is not null && v.Error.Length == 0), _vertices.Values.Count(v => v.Cached), _warnings);
        }
    }

    /// <summary>The operations as clients were last told of them.</summary>
    public IReadOnlyList<Vertex> Vertices
    {
        get
        {
            lock (_gate) return [.. _vertices.Values.Select(v => v.Clone())];
        }
    }

    /// <summary>The operations of a graph, before any of them starts.</summary>
    public void Announce(Edge edge)
    {
        var news = new StatusResponse();
        lock (_gate)
        {
            foreach (var vertex in edge.Vertices())
                if (!_vertices.ContainsKey(vertex.Digest.ToString())) news.Vertexes.Add(Add(vertex).Clone());
            if (news.Vertexes.Count > 0) log.Add(news);
        }
    }

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        switch (value)
        {
            case StepStarted started when started.Step is { } step: Change(step, started.Name, Start); break;
            case StepCompleted completed when completed.Step is { } step: Change(step, completed.Name, v => End(v, completed)); break;
            case StepOutput output when output.Step is { } step: Print(step, output.Stream, output.Data); break;
            case StepProgress progress when progress.Step is { } step: Tell(step, progress); break;
            case BuildMessage { Level: MessageLevel.Detail, Step: { } step } remark: Print(step, 2, System.Text.Encoding.UTF8.GetBytes(remark.Text + "\n")); break;
        }
    }

    /// <summary>Work of the builder itself, shown as an operation is.</summary>
    public async Task<T> RunAsync<T>(string name, Func<string, Task<T>> work)
    {
        var id = NewId();
        Change(id, name, Start);
        try
        {
            var result = await work(id).ConfigureAwait(false);
            Change(id, name, v => v.Completed = Now);
            return result;
        }
        catch (Exception e)
        {
            Change(id, name, v => (v.Completed, v.Error) = (Now, e is OperationCanceledException ? Stopped : e is BuildException known ? FailureText.Of(known) : e.Message));
            throw;
        }
    }

    /// <summary>A part of an operation begins; it ends when what is returned is disposed.</summary>
    public IDisposable Begin(string vertex, string name)
    {
        var part = new VertexStatus { ID = name, Vertex = vertex, Name = name, Timestamp = Now, Started = Now };
        log.Add(new StatusResponse { Statuses = { part.Clone() } });
        return new Part(() =>
        {
            part.Completed = part.Timestamp = Now;
            log.Add(new StatusResponse { Statuses = { part } });
        });
    }

    /// <summary>A warning of a frontend.</summary>
    public void Warn(VertexWarning warning)
    {
        Interlocked.Increment(ref _warnings);
        log.Add(new StatusResponse { Warnings = { warning } });
    }

    /// <summary>The build is over: what still ran does not.</summary>
    public void Complete()
    {
        var news = new StatusResponse();
        lock (_gate)
        {
            foreach (var vertex in _vertices.Values.Where(v => v.Started is not null && v.Completed is null))
            {
                (vertex.Completed, vertex.Error) = (Now, Stopped);
                news.Vertexes.Add(vertex.Clone());
            }
        }
        if (news.Vertexes.Count > 0) log.Add(news);
        log.Complete();
    }

    private sealed class Part(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    private static string NewId() => Digest.Of(RandomNumberGenerator.GetBytes(32)).ToString();

    private Timestamp Now => Timestamp.FromDateTimeOffset(time.GetUtcNow());

    private Vertex Add(Engine.Llb.Vertex vertex)
    {
        var shown = new Vertex { Digest = vertex.Digest.ToString(), Name = vertex.Name, ProgressGroup = vertex.Metadata.ProgressGroup };
        shown.Inputs.AddRange(vertex.Inputs.Select(i => i.Vertex.Digest.ToString()).Distinct());
        return _vertices[shown.Digest] = shown;
    }

    private void Start(Vertex vertex) => (vertex.Started, vertex.Completed, vertex.Cached, vertex.Error) = (Now, null, false, "");

    // What ran in this build is not called cached because somebody needed it again.
    private void End(Vertex vertex, StepCompleted completed)
    {
        if (completed.Cached && vertex.Completed is not null) return;
        vertex.Cached = completed.Cached;
        vertex.Completed = Now;
        vertex.Started ??= vertex.Completed;
        vertex.Error = completed.Failure is { } failure ? FailureText.Of(failure) : completed.Error ?? "";
    }

    private void Change(string digest, string name, Action<Vertex> change)
    {
        // What is told of a vertex comes in the order in which it happened.
        lock (_gate)
        {
            if (!_vertices.TryGetValue(digest, out var vertex)) _vertices[digest] = vertex = new Vertex { Digest = digest, Name = name };
            var before = vertex.Clone();
            change(vertex);
            if (vertex.Equals(before)) return;
            log.Add(new StatusResponse { Vertexes = { vertex.Clone() } });
        }
    }

    private void Print(string vertex, int stream, ReadOnlyMemory<byte> data)
    {
        for (; !data.IsEmpty; data = data[Math.Min(data.Length, LargestPiece)..])
            log.Add(new StatusResponse { Logs = { new VertexLog { Vertex = vertex, Timestamp = Now, Stream = stream, Msg = ByteString.CopyFrom(data.Span[..Math.Min(data.Length, LargestPiece)]) } } });
    }

    private void Tell(string vertex, StepProgress progress)
    {
        // What moves has begun. How much there is of what is received nobody knows before the end.
        Change(vertex, progress.Name, v => v.Started ??= Now);
        var status = new VertexStatus { ID = progress.Name, Vertex = vertex, Name = progress.Action ?? progress.Name, Current = progress.Current, Total = progress.Action is null ? progress.Total ?? 0 : 0, Timestamp = Now, Started = Now };
        if (progress.Total == progress.Current) status.Completed = Now;
        log.Add(new StatusResponse { Statuses = { status } });
    }
}
