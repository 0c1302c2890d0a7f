using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends.Dockerfile;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Daemon.Policies;
using Range = MsBuildKit.Engine.Llb.Pb.Range;
using Status = Grpc.Core.Status;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Errors as clients of BuildKit read them: a code, a message, and details in a header, each JSON under a name of its own (BuildKit's util/grpcerrors).</summary>
internal static class ErrorDetails
{
    private const string Header = "grpc-status-details-bin", Names = "github.com/moby/buildkit/";

    /// <summary>The answer to a call that failed.</summary>
    public static RpcException ToRpc(BuildException error)
    {
        var status = Describe(error);
        return new RpcException(new Status((StatusCode)status.Code, status.Message), Trailers(status));
    }

    /// <summary>An error as it is kept and sent.</summary>
    public static Google.Rpc.Status Describe(BuildException error)
    {
        var status = new Google.Rpc.Status { Code = (int)CodeOf(error), Message = FailureText.Of(error) };
        for (Exception? at = error; at is not null; at = at.InnerException) status.Details.AddRange(DetailsOf(at));
        if (FailureText.FindStep(error) is { } step) status.Details.Add(ExitDetail(step.ExitCode));
        return status;
    }

    /// <summary>How a process ended that did not end well.</summary>
    public static Google.Rpc.Status OfExit(int code) => new() { Code = (int)StatusCode.Unknown, Message = $"exit code: {code}", Details = { ExitDetail(code) } };

    /// <summary>What records keep of a build that failed: with where in this program that was.</summary>
    public static Google.Rpc.Status OfRecord(Exception error)
    {
        var status = StatusOf(error);
        status.Details.AddRange(ErrorStack.Of(error));
        return status;
    }

    /// <summary>The headers that carry an error.</summary>
    public static Metadata Trailers(Google.Rpc.Status error) => new() { { Header, error.ToByteArray() } };

    private static Google.Rpc.Status StatusOf(Exception error) => error switch
    {
        BuildException e => Describe(e),
        // What a client's own frontend says of its failure.
        RpcException e when e.Trailers.GetValueBytes(Header) is { } told => Google.Rpc.Status.Parser.ParseFrom(told),
        RpcException e => new Google.Rpc.Status { Code = (int)e.StatusCode, Message = e.Status.Detail },
        OperationCanceledException => new Google.Rpc.Status { Code = (int)StatusCode.Cancelled, Message = "context canceled" },
        _ => new Google.Rpc.Status { Code = (int)StatusCode.Unknown, Message = error.Message },
    };

    private static IEnumerable<Any> DetailsOf(Exception error)
    {
        switch (error)
        {
            case GraphFailure failure:
                yield return Detail("errdefs.Vertex", json => json.WriteString("digest", failure.Vertex.Digest.ToString()));
                yield return Detail("errdefs.Solve", json => WriteSolve(json, failure));
                // Clients put one around the other, so that the last comes first.
                foreach (var (text, ranges) in failure.Places.Reverse()) yield return SourceDetail(text, ranges);
                break;
            case SourceDenial { Decision: { DenyMessages.Count: > 0 } decision }:
                yield return Detail("policysession.DecisionResponse", json =>
                {
                    json.WriteNumber("action", (int)decision.Action);
                    json.WriteStartArray("denyMessages");
                    foreach (var message in decision.DenyMessages) MessageJson.Write(json, message);
                    json.WriteEndArray();
                });
                break;
            case SourceFailure failure:
                yield return SourceDetail(failure.Info, failure.Ranges);
                break;
            case FrontendException { Subrequest: { } name }:
                yield return Detail("errdefs.Subrequest", json => json.WriteString("name", name));
                break;
            case StatementException { Folders: { Count: > 0 } folders }:
                yield return Detail("errdefs.ProvenanceMaterialsIncomplete", json => WriteFolders(json, folders));
                break;
            case FrontendException { Capability: { } name }:
                yield return Detail("errdefs.FrontendCap", json => json.WriteString("name", name));
                break;
        }
    }

    // Unlike the others this one is read by the rules of protocol buffers.
    private static void WriteSolve(Utf8JsonWriter json, GraphFailure failure)
    {
        var vertex = failure.Vertex;
        if (failure.Refs is { } refs) WriteRefs(json, refs);
        json.WritePropertyName("op");
        json.WriteRawValue(JsonFormatter.Default.Format(vertex.Op));
        if (vertex.Metadata.Description.Count == 0) return;
        json.WriteStartObject("description");
        foreach (var (key, value) in vertex.Metadata.Description) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteRefs(Utf8JsonWriter json, FailedRefs refs)
    {
        foreach (var (name, ids) in ((string, IReadOnlyList<string>)[])[("inputIDs", refs.Inputs), ("mountIDs", refs.Mounts)])
        {
            json.WriteStartArray(name);
            foreach (var id in ids) json.WriteStringValue(id);
            json.WriteEndArray();
        }
        foreach (var (name, index) in ((string, long?)[])[("file", refs.Trees.Action), ("cache", refs.Trees.Content)])
        {
            if (index is not { } number) continue;
            json.WriteStartObject(name);
            json.WriteNumber("index", number);
            json.WriteEndObject();
        }
    }

    private static void WriteFolders(Utf8JsonWriter json, IReadOnlyCollection<string> folders)
    {
        json.WriteStartArray("incomplete");
        foreach (var folder in folders)
        {
            json.WriteStartObject();
            json.WriteString("name", folder);
            json.WriteString("reason", "local_source");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static Any SourceDetail(SourceInfo text, IReadOnlyList<Range> ranges) => Detail("errdefs.Source", json =>
    {
        json.WritePropertyName("info");
        MessageJson.Write(json, text);
        json.WriteStartArray("ranges");
        foreach (var range in ranges) MessageJson.Write(json, range);
        json.WriteEndArray();
    });

    private static Any ExitDetail(int code) => Detail("gatewayapi.ExitMessage", json => json.WriteNumber("Code", code));

    /// <summary>Something that is said of an error, by a name of BuildKit's.</summary>
    public static Any Detail(string name, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return new Any { TypeUrl = $"{Names}{name}+json", Value = ByteString.CopyFrom(bytes.ToArray()) };
    }

    // A step that failed is nothing that a code could tell.
    private static StatusCode CodeOf(BuildException error) => FailureText.FindStep(error) is not null ? StatusCode.Unknown : error.Kind switch
    {
        ErrorKind.Invalid => StatusCode.InvalidArgument,
        ErrorKind.NotFound => StatusCode.NotFound,
        ErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        ErrorKind.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorKind.NotSupported => StatusCode.Unimplemented,
        _ => StatusCode.Unknown,
    };
}
