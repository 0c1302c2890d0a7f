using System.Text.Json;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>What BuildKit's provenance says beyond SLSA: the graph, its texts, and the layers that it came to.</summary>
/// <param name="json">Gets it.</param>
/// <param name="repository">Where the client's files are kept.</param>
/// <param name="graph">The graph; <c>null</c> when it is not to be told.</param>
internal sealed class BuildMetadataJson(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> repository, DescribedGraph? graph)
{
    private readonly BuildSteps? _steps = graph?.Graph is { } edge ? new BuildSteps(edge) : null;

    /// <summary>Writes <c>buildConfig</c>, if there is one to be told.</summary>
    public void WriteConfig()
    {
        if (graph is null) return;
        json.WriteStartObject("buildConfig");
        _steps?.Write(json);
        json.WriteEndObject();
    }

    public void Write(string name)
    {
        json.WriteStartObject(name);
        if (repository.Any()) RequestJson.WriteTexts(json, "vcs", repository);
        if (graph?.Texts is { Infos.Count: > 0 } texts) WriteSource(texts);
        if (graph?.Layers is { Count: > 0 } layers) WriteLayers(layers);
        json.WriteEndObject();
    }

    private void WriteSource(Source texts)
    {
        json.WriteStartObject("source");
        json.WriteStartObject("locations");
        foreach (var (step, places) in texts.Locations.Select(l => (Step: Digest.TryParse(l.Key, out var digest) ? _steps?.Find(digest) : null, l.Value)).Where(l => l.Step is not null).OrderBy(l => l.Step, StringComparer.Ordinal))
        {
            json.WritePropertyName(step!);
            MessageJson.Write(json, places);
        }
        json.WriteEndObject();
        RequestJson.WriteList(json, "infos", texts.Infos, WriteText);
        json.WriteEndObject();
    }

    private void WriteText(SourceInfo text)
    {
        json.WriteString("filename", text.Filename);
        if (text.Language.Length > 0) json.WriteString("language", text.Language);
        json.WriteBase64String("data", text.Data.Span);
        if (text.Definition is { Def.Count: > 0 } definition) new BuildSteps(LlbGraph.Load(definition)).Write(json);
    }

    private void WriteLayers(IReadOnlyList<(Vertex Vertex, int Output, IReadOnlyList<Descriptor> Layers)> layers)
    {
        json.WriteStartObject("layers");
        foreach (var (vertex, output, chain) in layers)
        {
            json.WriteStartArray(_steps!.NameOf(vertex, output));
            json.WriteStartArray();
            foreach (var layer in chain) WriteLayer(layer);
            json.WriteEndArray();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteLayer(Descriptor layer)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", layer.MediaType);
        json.WriteString("digest", layer.Digest.ToString());
        json.WriteNumber("size", layer.Size);
        json.WriteEndObject();
    }
}
