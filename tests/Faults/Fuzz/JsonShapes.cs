using System.Text.Json;
using System.Text.Json.Nodes;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Changes JSON so that it stays JSON: another kind of value in a place, a member gone, doubled, renamed, or wrapped deep.</summary>
internal static class JsonShapes
{
    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1.5", "1e999", "9223372036854775807", "18446744073709551616", "\"\"", "\"x\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[null]", "{\"\":null}", "[[]]", "[0]", "[\"\"]",
        "\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"", "{\"a\":\"b\"}",
    ];

    /// <summary><c>null</c> when the input is no JSON.</summary>
    public static byte[]? Change(byte[] input, Random random)
    {
        try
        {
            if (JsonNode.Parse(input) is not { } root) return null;
            var places = new List<JsonNode>();
            Collect(root, places);
            var place = places[random.Next(places.Count)];
            var text = random.Next(8) == 0 ? Deep(random) : s_values[random.Next(s_values.Length)];
            if (place.Parent is not { } parent) return random.Next(4) == 0 ? System.Text.Encoding.UTF8.GetBytes(text) : null;
            return random.Next(4) switch
            {
                0 => Remove(root, parent, place),
                1 => Rename(root, parent, place, places, random),
                2 => Double(root, parent, place, text),
                _ => Replace(root, parent, place, text),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static string Deep(Random random)
    {
        var depth = 1 << random.Next(12);
        return string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));
    }

    private static void Collect(JsonNode node, List<JsonNode> places)
    {
        places.Add(node);
        foreach (var child in node is JsonObject map ? map.Select(p => p.Value) : node is JsonArray list ? list : Enumerable.Empty<JsonNode?>())
            if (child is not null) Collect(child, places);
    }

    private static byte[] Remove(JsonNode root, JsonNode parent, JsonNode place)
    {
        if (parent is JsonObject map) map.Remove(place.GetPropertyName());
        if (parent is JsonArray list) list.RemoveAt(place.GetElementIndex());
        return Write(root);
    }

    private static byte[] Rename(JsonNode root, JsonNode parent, JsonNode place, List<JsonNode> places, Random random)
    {
        if (parent is not JsonObject map) return Write(root);
        var names = places.Where(p => p.Parent is JsonObject).Select(p => p.GetPropertyName()).ToList();
        map.Remove(place.GetPropertyName());
        map[names[random.Next(names.Count)]] = place;
        return Write(root);
    }

    // What is put in stands as a mark until the end, for most of it is nothing that a node can hold.
    private static byte[] Replace(JsonNode root, JsonNode parent, JsonNode place, string text)
    {
        if (parent is JsonObject map) map[place.GetPropertyName()] = Mark;
        if (parent is JsonArray list) list[place.GetElementIndex()] = Mark;
        return Write(root, text);
    }

    private static byte[] Double(JsonNode root, JsonNode parent, JsonNode place, string text)
    {
        if (parent is JsonArray list)
        {
            list.Add(Mark);
            return Write(root, text);
        }
        var name = JsonSerializer.Serialize(place.GetPropertyName());
        ((JsonObject)parent)[Mark] = Mark;
        return System.Text.Encoding.UTF8.GetBytes(root.ToJsonString().Replace($"\"{Mark}\":\"{Mark}\"", $"{name}:{text}", StringComparison.Ordinal));
    }

    private const string Mark = "mark-7f3a";

    private static byte[] Write(JsonNode root, string? text = null)
    {
        var json = root.ToJsonString();
        return System.Text.Encoding.UTF8.GetBytes(text is null ? json : json.Replace($"\"{Mark}\"", text, StringComparison.Ordinal));
    }
}
