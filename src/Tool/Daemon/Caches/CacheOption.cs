using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Caches;

/// <summary>A cache that a client names: what it is and where.</summary>
internal sealed record CacheOption(string Type, IReadOnlyDictionary<string, string> Attributes)
{
    private const string Json = "cache-imports", References = "cache-from";

    /// <summary>An attribute, or nothing.</summary>
    public string this[string name] => Attributes.GetValueOrDefault(name, "");

    /// <summary>The same option, whoever says it.</summary>
    public string Identity => string.Join('\0', Attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}").Prepend(Type));

    /// <summary>The caches that options of a frontend name. Throws MBK2507.</summary>
    public static IReadOnlyList<CacheOption> OfFrontend(IReadOnlyDictionary<string, string> options)
    {
        if (options.TryGetValue(Json, out var json)) return Read(json);
        return [.. options.GetValueOrDefault(References, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Registry)];
    }

    private static CacheOption Registry(string reference) => new("registry", new Dictionary<string, string>(StringComparer.Ordinal) { ["ref"] = reference });

    private static List<CacheOption> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(e => new CacheOption(e.GetProperty("Type").GetString() ?? "", Strings(e)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"failed to unmarshal {Json}: {e.Message.TrimEnd('.')}: give a list of caches in JSON", e);
        }
    }

    private static Dictionary<string, string> Strings(JsonElement entry) => entry.TryGetProperty("Attrs", out var attributes) && attributes.ValueKind == JsonValueKind.Object
        ? attributes.EnumerateObject().DistinctBy(a => a.Name).ToDictionary(a => a.Name, a => a.Value.GetString() ?? "", StringComparer.Ordinal) : [];
}
