using MsBuildKit.Engine.Frontends.Dockerfile.Writing;
using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Writing;

/// <summary>Recipes of tests.</summary>
internal static class Recipes
{
    public static ProjectImageConfig Config { get; } = new() { WorkingDirectory = "/app", AppCommand = ["dotnet", "/app/Shop.dll"], LabelBaseName = false, LabelBaseDigest = false };

    public static ImageRecipe Create(ProjectImageConfig? config = null) => new()
    {
        Project = "src/Shop/Shop.csproj",
        Publish = new PublishRecipe("mcr.microsoft.com/dotnet/sdk:10.0", true, null, ["Directory.Build.props", "src/Shop/Shop.csproj"], [], ["-c Release"], []),
        Base = "mcr.microsoft.com/dotnet/aspnet:10.0",
        BaseEnvironment = ["APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080"],
        Config = config ?? Config,
    };
}
