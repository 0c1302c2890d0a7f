using System.Text.Json.Nodes;

namespace MsBuildKit.TestKit.Real;

/// <summary>Shows what Docker's users see of a pushed image.</summary>
public static class Buildx
{
    /// <summary>What a template such as <c>{{json .SBOM}}</c> gives for an image in a registry on the loopback.</summary>
    public static async Task<JsonNode?> InspectAsync(string reference, string template) => JsonNode.Parse(
        (await Command.RunAsync(RealTool.Find("docker-buildx"), ["imagetools", "inspect", "--format", template, reference])).Succeeded().Output);
}
