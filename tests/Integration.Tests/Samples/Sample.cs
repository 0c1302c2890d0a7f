using System.Text.Json.Nodes;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Samples;

/// <summary>A sample of the tree, published for real with the tasks built on the way.</summary>
internal sealed class Sample(string name)
{
    /// <summary>Of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public string Folder { get; } = Path.Combine(Root, "samples", name);

    /// <summary>Builds the image and returns what <c>-getItem:ContainerImage</c> prints of it.</summary>
    public async Task<IReadOnlyList<JsonNode>> BuildAsync(params string[] properties) =>
        Read((await Command.RunAsync("dotnet", Arguments(Folder, properties), Root, timeout: TimeSpan.FromMinutes(10))).Succeeded());

    /// <summary>The same by somebody who is not root, from a copy that is theirs, with the tasks that this build of the tree has.</summary>
    public async Task<IReadOnlyList<JsonNode>> BuildAsUserAsync(TempFolder work, params string[] properties)
    {
        var own = await TestUser.MakeFolderAsync(work, "user");
        foreach (var part in new[] { "Sdk.props", "Sdk.targets", "Directory.Build.props", "Directory.Packages.props", "global.json", "src", "samples" })
            (await Command.RunAsync("cp", ["-a", Path.Combine(Root, part), own])).Succeeded();
        // Where packages come from is said in the configuration of whoever runs the tests.
        var sources = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/NuGet/NuGet.Config");
        if (File.Exists(sources)) File.Copy(sources, Path.Combine(own, "nuget.config"));
        foreach (var folder in Directory.GetDirectories(Path.Combine(own, "samples"), "*", SearchOption.AllDirectories).Where(d => Path.GetFileName(d) is "bin" or "obj").ToList())
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        (await Command.RunAsync("chown", ["-R", "--reference", own, own])).Succeeded();
        var environment = new Dictionary<string, string?> { ["NUGET_PACKAGES"] = Path.Combine(own, "packages"), ["MSBUILDKIT_CACHE"] = Path.Combine(own, "cache") };
        return Read((await TestUser.RunAsync(["dotnet", .. Arguments(Path.Combine(own, "samples", name), properties)], own, environment)).Succeeded());
    }

    private static IEnumerable<string> Arguments(string folder, IEnumerable<string> properties) =>
        new[] { "publish", folder, "-t:ContainerBuild", "-getItem:ContainerImage" }.Concat(properties.Select(p => "-p:" + p));

    private static IReadOnlyList<JsonNode> Read(CommandResult result) => [.. JsonNode.Parse(result.Output)!["Items"]!["ContainerImage"]!.AsArray().Select(i => i!)];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MsBuildKit.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
