namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>One way of publishing.</summary>
/// <param name="Name">For folders and tables.</param>
/// <param name="Target">What makes an image after publishing, or <c>null</c>.</param>
/// <param name="TaskName">The MSBuild task that does the container work, or <c>null</c>.</param>
/// <param name="OptIn">What stands in the project for it.</param>
internal sealed record Contender(string Name, string? Target, string? TaskName, string OptIn)
{
    /// <summary>All, with plain publish first.</summary>
    public static IReadOnlyList<Contender> All(string version, bool asPackage) =>
    [
        new("publish", null, null, ""),
        new("PublishContainer", "PublishContainer", "CreateNewImage", ""),
        new("ContainerBuild", "ContainerBuild", "BuildImage", asPackage
            ? $"""<ItemGroup><PackageReference Include="MsBuildKit.Sdk" Version="{version}" PrivateAssets="all" /></ItemGroup>"""
            : $"""<Sdk Name="MsBuildKit.Sdk" Version="{version}" />"""),
    ];
}
