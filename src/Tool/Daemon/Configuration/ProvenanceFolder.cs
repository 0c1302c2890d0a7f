using System.Text.Json;
using System.Text.Json.Nodes;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>A folder of JSON files that say something of the builder, for provenance (BuildKit's <c>provenanceEnvDir</c>).</summary>
internal static class ProvenanceFolder
{
    // Those that provenance has itself.
    private static readonly string[] s_taken = ["buildConfig", "builderPlatform", "dockerfileVersion", "platform"];

    /// <summary>The properties of all files together, the last of a name. A folder that is not there says nothing.</summary>
    public static JsonObject Read(string path, List<string> faults)
    {
        var all = new JsonObject();
        try
        {
            if (!Directory.Exists(path)) return all;
            foreach (var file in Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal)) Add(all, file, faults);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"the folder '{path}' of provenanceEnvDir cannot be read: {e.Message.TrimEnd('.')}");
        }
        return all;
    }

    private static void Add(JsonObject all, string file, List<string> faults)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllBytes(file)) is not JsonObject read)
            {
                faults.Add($"'{file}' has no JSON object");
                return;
            }
            foreach (var (key, value) in read)
                if (s_taken.Contains(key)) faults.Add($"'{file}' says '{key}', which provenance says itself: choose another name");
                else all[key] = value?.DeepClone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            faults.Add($"'{file}' is no JSON: {e.Message.TrimEnd('.')}");
        }
    }
}
