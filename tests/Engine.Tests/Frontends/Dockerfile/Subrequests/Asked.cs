using System.Text.Json.Nodes;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Subrequests;

/// <summary>What the tests of answers share.</summary>
internal static class Asked
{
    public static ParsedDockerfile File(string text) => DockerfileParser.Parse(text, "Dockerfile");

    public static DockerfileRequest Request(string text, string? target = null, params (string Name, string Value)[] buildArgs) => new()
    {
        Text = text, File = "Dockerfile", Context = new NoContext(), Target = target, Platforms = [Platform.Parse("linux/arm64")],
        BuildPlatform = Platform.Parse("linux/amd64"), BuildArgs = buildArgs.ToDictionary(a => a.Name, a => a.Value),
    };

    public static JsonNode Json(this SubrequestResult result) => JsonNode.Parse(result.Json)!;

    public static int Line(this JsonNode item) => (int)item["location"]!["ranges"]![0]!["start"]!["line"]!;

    public static byte[] Bytes(this JsonNode text) => Convert.FromBase64String((string)text!);
}
