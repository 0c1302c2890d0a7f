using System.Text.Json;
using System.Text.Json.Nodes;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>An image as lines: first its files, then its configuration, then its history.</summary>
/// <remarks>
/// Files are as <see cref="FileOps.TreeLine"/> has them, without times; what the image has of <c>{busybox}</c> as it was is left out, and <c>- /path</c> is
/// what it has no more. A line of the configuration is a member's name and value; left out are the platform of this machine, the usual
/// <c>PATH</c> and the working directory <c>/</c>. <c>history</c> is a step with a layer, <c>history-</c> one without.
/// </remarks>
public static class ImageLines
{
    private const string History = "history";

    private static readonly HashSet<string> s_kinds = ["d ", "f ", "l ", "h ", "p ", "? ", "- "];

    private static readonly Lazy<HashSet<string>> s_busybox = new(() => [.. new ImageTree().Apply(new MemoryStream(BusyboxBase.Tar())).Lines]);

    public static bool IsHistory(string line) => line.StartsWith(History, StringComparison.Ordinal);

    /// <summary>The lines of the only image in an archive (OCI image layout).</summary>
    public static IReadOnlyList<string> Read(string archive)
    {
        var image = ArchivedImage.Read(archive);
        var config = image.Config["config"]?.AsObject() ?? [];
        return [.. Files(image), .. Members(image.Config, config).Where(l => l is not ("Platform linux/amd64" or "Env " + BusyboxBase.Path or "WorkingDir /")), .. Steps(image.Config)];
    }

    /// <summary>The lines of an image that is too large to tell its files, with what its command said instead of them.</summary>
    /// <param name="lines">Of the image.</param>
    /// <param name="check">The archive with the image that has only what was said.</param>
    public static IReadOnlyList<string> WithSaid(IReadOnlyList<string> lines, string check) =>
        [.. Files(ArchivedImage.Read(check)).SelectMany(l => l[(l.IndexOf('=', StringComparison.Ordinal) + 2)..].Split('|', StringSplitOptions.RemoveEmptyEntries)).Select(l => "said " + l), .. lines.Where(l => !s_kinds.Contains(l[..2]))];

    private static IEnumerable<string> Files(ArchivedImage image)
    {
        var tree = new ImageTree();
        foreach (var layer in image.Layers()) tree.Apply(layer);
        var lines = tree.Lines;
        if (!tree.Has("/bin/busybox")) return lines;
        return lines.Where(l => !s_busybox.Value.Contains(l)).Concat(s_busybox.Value.Select(PathOf).Where(p => !tree.Has(p)).Order(StringComparer.Ordinal).Select(p => "- " + p));
    }

    private static IEnumerable<string> Members(JsonNode image, JsonObject config)
    {
        yield return $"Platform {image["os"]}/{image["architecture"]}{(image["variant"] is { } variant ? $"/{variant}" : "")}";
        if (image["author"] is { } author) yield return $"Author {author}";
        foreach (var (name, value) in config.OrderBy(m => m.Key, StringComparer.Ordinal))
            foreach (var text in Texts(name, value)) yield return $"{name} {text}";
        if (config["WorkingDir"] is null) yield return "WorkingDir none";
        if (config["Env"]?.AsArray().Any(e => ((string)e!).StartsWith("PATH=", StringComparison.Ordinal)) != true) yield return "Env PATH none";
    }

    private static IEnumerable<string> Texts(string name, JsonNode? value) => (name, value) switch
    {
        (_, null) => [],
        ("Env" or "OnBuild", JsonArray list) => list.Select(e => (string)e!),
        ("Labels", JsonObject labels) => labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"),
        ("ExposedPorts" or "Volumes", JsonObject set) => set.Select(m => m.Key).Order(StringComparer.Ordinal),
        (_, JsonValue one) => [one.ToString()],
        _ => [value.ToJsonString(s_plain)],
    };

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The first is of the base.
    private static IEnumerable<string> Steps(JsonNode image) =>
        (image["history"]?.AsArray() ?? []).Select(s => s!).Where(s => (string?)s["created_by"] != "busybox")
            .Select(s => $"{History}{((bool?)s["empty_layer"] == true ? "-" : "")} {((string?)s["created_by"])?.Replace("\n", "|", StringComparison.Ordinal)}");

    private static string PathOf(string line) => line.Split(' ')[1];
}
