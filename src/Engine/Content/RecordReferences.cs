using System.Text.Json;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>What a record of the cache index refers to in the store: the descriptors in it, wherever they stand.</summary>
internal static class RecordReferences
{
    /// <summary>Digest and size of each; none for a record that is no JSON.</summary>
    public static IReadOnlyList<(Digest Digest, long Size)> Of(byte[] record)
    {
        var found = new List<(Digest, long)>();
        try
        {
            using var document = JsonDocument.Parse(record);
            Collect(document.RootElement, found);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A record of another kind keeps nothing from being collected.
        }
        return found;
    }

    private static void Collect(JsonElement element, List<(Digest, long)> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) Collect(item, found);
        if (element.ValueKind != JsonValueKind.Object) return;
        // What a repository has is fetched from there when the store has lost it.
        if (element.TryGetProperty(nameof(LayerRecord.Repository), out var repository) && repository.ValueKind == JsonValueKind.String) return;
        if (element.TryGetProperty("digest", out var text) && text.ValueKind == JsonValueKind.String && Digest.TryParse(text.GetString(), out var digest)
            && element.TryGetProperty("size", out var number) && number.TryGetInt64(out var size))
            found.Add((digest, size));
        foreach (var property in element.EnumerateObject()) Collect(property.Value, found);
    }
}
