using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Where in this program an error came up, as records keep it (BuildKit's util/stack).</summary>
internal static class ErrorStack
{
    /// <summary>A detail for each of the errors that were put around one another.</summary>
    public static IEnumerable<Any> Of(Exception error)
    {
        for (Exception? at = error; at is not null; at = at.InnerException)
            if (new StackTrace(at, fNeedFileInfo: true) is { FrameCount: > 0 } trace)
                yield return ErrorDetails.Detail("stack.Stack", json => Write(json, trace));
    }

    private static void Write(Utf8JsonWriter json, StackTrace trace)
    {
        json.WriteStartArray("frames");
        foreach (var frame in trace.GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { } method) continue;
            json.WriteStartObject();
            json.WriteString("Name", $"{method.DeclaringTypeName}.{method.Name}");
            // Whose machine it was made on is nobody's business.
            json.WriteString("File", Path.GetFileName(frame.GetFileName()) ?? "");
            json.WriteNumber("Line", frame.GetFileLineNumber());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
