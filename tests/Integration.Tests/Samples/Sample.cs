using System.Text.Json.Nodes;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Samples;

/// <summary>A sample of the tree, published for real with the tasks built on the way.</summary>
internal sealed class Sample(string name)
{
    /// <summary>Of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public string Folder { get; } = Path.Combine(Root, "samples", name);

    /// <summary>Builds the image and returns what <c>-getItem:ContainerImage</c> prints of it.</summary>
    public async Task<IReadOnlyList<JsonNode>> BuildAsync(params string[] properties)
    {
        var arguments = new[] { "publish", Folder, "-t:ContainerBuild", "-getItem:ContainerImage" }.Concat(properties.Select(p => "-p:" + p));
        var result = (await Command.RunAsync("dotnet", arguments, Root, timeout: TimeSpan.FromMinutes(10))).Succeeded();
        return [.. JsonNode.Parse(result.Output)!["Items"]!["ContainerImage"]!.AsArray().Select(i => i!)];
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MsBuildKit.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
