using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MsBuildKit.Engine.Exporters;

namespace MsBuildKit.Tasks;

/// <summary>The file that tells an ASP.NET application of its static assets holds the time of each, as browsers are to see it. In an image every
/// file has the time of the epoch, so that is what it says there; two checkouts of the same sources then give the same image.</summary>
/// <param name="folder">Where the file is written as the image has it.</param>
/// <param name="epoch">Seconds since 1970.</param>
internal sealed class AssetEndpoints(string folder, long epoch)
{
    private const string Ending = ".staticwebassets.endpoints.json";

    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _time = DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The parts, with files of that kind replaced by what the image gets.</summary>
    public ITaskItem[] Settle(IReadOnlyList<ITaskItem> parts) =>
        [.. parts.Select(p => p.ItemSpec.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) && p.GetMetadata("Kind") != "Image" ? Settle(p, parts) : p)];

    private ITaskItem Settle(ITaskItem part, IReadOnlyList<ITaskItem> parts)
    {
        var rid = part.GetMetadata("RuntimeIdentifier");
        var image = parts.FirstOrDefault(p => p.GetMetadata("Kind") == "Image" && p.ItemSpec == rid);
        if (image is null || Rewrite(part.ItemSpec) is not { } document) return part;
        var path = Path.Combine(folder, rid, Path.GetFileName(part.ItemSpec));
        // Untouched when it says so already, so that its stamp goes on telling that nothing changed.
        OutputFile.Replace(path, document);
        var settled = new TaskItem(part) { ItemSpec = path };
        settled.SetMetadata("Kind", "File");
        if (part.GetMetadata("Kind") == "Written") settled.SetMetadata("RelativePath", Path.GetRelativePath(image.GetMetadata("PublishDirectory"), part.ItemSpec));
        return settled;
    }

    private byte[]? Rewrite(string path)
    {
        try
        {
            var document = JsonNode.Parse(File.ReadAllBytes(path));
            foreach (var header in document?["Endpoints"]?.AsArray().SelectMany(e => e?["ResponseHeaders"]?.AsArray() ?? []) ?? [])
                if ((string?)header?["Name"] == "Last-Modified")
                    header["Value"] = _time;
            return JsonSerializer.SerializeToUtf8Bytes(document, s_options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // What makes no sense is not ours to judge: it goes into the image as it is, or is told as missing.
            return null;
        }
    }
}
