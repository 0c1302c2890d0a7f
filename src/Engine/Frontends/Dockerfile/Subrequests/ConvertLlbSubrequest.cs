using System.Text.Json;
using Google.Protobuf;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary><c>frontend.convertllb</c>: the build graph that a Dockerfile becomes. There is no text form.</summary>
public static class ConvertLlbSubrequest
{
    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default);

    /// <summary>Writes it: operations and metadata by digest, in the definition's order, and where each stands in its source.</summary>
    public static SubrequestResult Answer(Definition definition) => new(SubrequestJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("def");
        foreach (var bytes in definition.Def) WriteMessage(json, Digest.Of(bytes.Span).ToString(), Op.Parser.ParseFrom(bytes));
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        foreach (var (digest, metadata) in definition.Metadata)
        {
            json.WritePropertyName(digest);
            MessageJson.Write(json, metadata);
        }
        json.WriteEndObject();
        WriteMessage(json, "source", definition.Source ?? new Source());
        json.WriteEndObject();
    }), "");

    private static void WriteMessage(Utf8JsonWriter json, string name, IMessage message)
    {
        using var document = JsonDocument.Parse(s_formatter.Format(message), new JsonDocumentOptions { MaxDepth = 512 });
        json.WritePropertyName(name);
        document.RootElement.WriteTo(json);
    }
}
