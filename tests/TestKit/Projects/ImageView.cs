using System.Text.Json.Nodes;

namespace MsBuildKit.TestKit.Projects;

/// <summary>One platform's image in a layout.</summary>
public sealed class ImageView(LayoutView layout, JsonNode manifest)
{
    public JsonNode Manifest => manifest;

    /// <summary>The whole configuration document.</summary>
    public JsonNode Configuration => layout.Read((string)manifest["config"]!["digest"]!);

    /// <summary>Its <c>config</c> part.</summary>
    public JsonNode Config => Configuration["config"]!;

    public IReadOnlyList<LayerView> Layers =>
        [.. manifest["layers"]!.AsArray().Select(l => LayerView.Read(layout.BlobPath((string)l!["digest"]!), (string)l["mediaType"]!, (string)l["digest"]!))];

    /// <summary>Files and links by path; an upper layer's wins.</summary>
    public IReadOnlyDictionary<string, LayerEntry> Files
    {
        get
        {
            var files = new SortedDictionary<string, LayerEntry>(StringComparer.Ordinal);
            foreach (var entry in Layers.SelectMany(l => l.Entries).Where(e => !e.IsDirectory)) files[entry.Path] = entry;
            return files;
        }
    }

    /// <summary>The paths of files below a folder, relative to it.</summary>
    public IReadOnlyList<string> Below(string folder) =>
        [.. Files.Keys.Where(p => p.StartsWith(folder + "/", StringComparison.Ordinal)).Select(p => p[(folder.Length + 1)..])];

    public IReadOnlyList<string> Words(string name) => Strings(Config[name]);

    public IReadOnlyList<string> Environment => Strings(Config["Env"]);

    public string? Label(string key) => (string?)Config["Labels"]?[key];

    private static IReadOnlyList<string> Strings(JsonNode? list) => list is null ? [] : [.. list.AsArray().Select(w => (string)w!)];
}
