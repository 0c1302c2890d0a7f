using System.Globalization;
using System.Text.Json;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>The operations of a graph with numbers, inputs first and the result last.</summary>
internal sealed class BuildSteps
{
    // They name one build's client, not what is built.
    private static readonly string[] s_ofSession = [SourceKeys.LocalSession, SourceKeys.LocalUnique];

    private static readonly string[] s_addresses = ["http://", "https://", "git://"];

    private readonly Dictionary<Digest, int> _numbers = [];
    private readonly Op _end;

    public BuildSteps(Edge graph)
    {
        Vertices = [.. graph.Vertices()];
        foreach (var vertex in Vertices) _numbers[vertex.Digest] = _numbers.Count;
        _end = new Op { Inputs = { new Input { Digest = graph.Vertex.Digest.ToString(), Index = graph.Output } } };
        _numbers[Digest.Of(CanonicalBytes.Of(_end))] = Vertices.Count;
    }

    public IReadOnlyList<Vertex> Vertices { get; }

    /// <summary>The name of an operation, such as <c>step3</c>; <c>null</c> for one of another graph.</summary>
    public string? Find(Digest operation) => _numbers.TryGetValue(operation, out var number) ? Name(number) : null;

    /// <summary>The name of one of an operation's results.</summary>
    public string NameOf(Vertex vertex, int output) => FormattableString.Invariant($"{Name(_numbers[vertex.Digest])}:{output}");

    /// <summary>Writes the operations, and which digest each has, as properties of an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("llbDefinition");
        for (var i = 0; i < Vertices.Count; i++) WriteStep(json, i, Plain(Vertices[i].Op), [.. Vertices[i].Inputs.Select(e => NameOf(e.Vertex, e.Output))]);
        WriteStep(json, Vertices.Count, new Op(), [NameOf(Vertices[^1], (int)_end.Inputs[0].Index)]);
        json.WriteEndArray();
        RequestJson.WriteTexts(json, "digestMapping", _numbers.Select(n => KeyValuePair.Create(n.Key.ToString(), Name(n.Value))));
    }

    private static void WriteStep(Utf8JsonWriter json, int number, Op op, IReadOnlyList<string> inputs)
    {
        json.WriteStartObject();
        json.WriteString("id", Name(number));
        json.WritePropertyName("op");
        MessageJson.Write(json, op);
        if (inputs.Count > 0)
        {
            json.WriteStartArray("inputs");
            foreach (var input in inputs) json.WriteStringValue(input);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static Op Plain(Op op)
    {
        var plain = op.Clone();
        plain.Inputs.Clear();
        if (plain.Source is not { } source) return plain;
        if (s_addresses.Any(a => source.Identifier.StartsWith(a, StringComparison.Ordinal))) source.Identifier = MaskedAddress.Of(source.Identifier);
        foreach (var key in s_ofSession) source.Attrs.Remove(key);
        if (source.Attrs.TryGetValue(SourceKeys.GitFullUrl, out var url)) source.Attrs[SourceKeys.GitFullUrl] = MaskedAddress.Of(url);
        return plain;
    }

    private static string Name(int number) => "step" + number.ToString(CultureInfo.InvariantCulture);
}
