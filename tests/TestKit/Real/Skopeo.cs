using System.Text.Json;
using System.Text.Json.Nodes;

namespace MsBuildKit.TestKit.Real;

/// <summary>Reads and copies images between every kind of place, as an implementation other than ours understands them.</summary>
public static class Skopeo
{
    /// <summary>What <c>skopeo inspect</c> says of an image: name, digest, layers, environment.</summary>
    public static async Task<JsonObject> InspectAsync(string source, params string[] options) =>
        (JsonObject)JsonNode.Parse((await RunAsync(["inspect", "--tls-verify=false", .. options, source])).Succeeded().Output)!;

    /// <summary>The bytes of the manifest or index, as text.</summary>
    public static async Task<string> RawAsync(string source, params string[] options) =>
        (await RunAsync(["inspect", "--tls-verify=false", "--raw", .. options, source])).Succeeded().Output;

    /// <summary>Copies, which reads and verifies every blob; <c>--all</c> among the options takes an index with all that it lists.</summary>
    public static async Task CopyAsync(string source, string target, params string[] options) =>
        (await RunAsync(["copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", .. options, source, target])).Succeeded();

    /// <summary>Copies between local places as an unprivileged user.</summary>
    public static async Task CopyRootlessAsync(string source, string target) =>
        (await TestUser.RunAsync([RealTool.Find("skopeo"), "--insecure-policy", "copy", "--quiet", "--all", source, target])).Succeeded();

    /// <summary>The tags of a repository.</summary>
    public static async Task<IReadOnlyList<string>> ListTagsAsync(string repository)
    {
        using var document = JsonDocument.Parse((await RunAsync(["list-tags", "--tls-verify=false", repository])).Succeeded().Output);
        return [.. document.RootElement.GetProperty("Tags").EnumerateArray().Select(t => t.GetString()!).Order(StringComparer.Ordinal)];
    }

    // The policy is that of a machine which nobody configured: which images may be read is not what is judged.
    private static Task<CommandResult> RunAsync(IEnumerable<string> arguments) =>
        Command.RunAsync(RealTool.Find("skopeo"), ["--insecure-policy", .. arguments]);
}
