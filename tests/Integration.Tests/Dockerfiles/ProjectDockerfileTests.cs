using MsBuildKit.Integration.Tests.Tool;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Projects;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Dockerfiles;

/// <summary>A project of an ordinary user whose Dockerfile has a step: it runs on the base that the project lends, with the secret that it lends.</summary>
public sealed class ProjectDockerfileTests : IDisposable
{
    private const string Canary = "canary-5c0d";

    private readonly TempFolder _folder = new("project-dockerfile");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_WithASecret_HasItAndLeavesItNowhere()
    {
        var home = await WriteAsync("FROM base\nWORKDIR /app\nCOPY --from=publish . .\nRUN --network=none --mount=type=secret,id=token,required cat /run/secrets/token | wc -c > /length && ls /app > /list\n");

        (await BuildAsync(home)).Succeeded();

        var image = new LayoutView(Path.Combine(home, "bin/Release/net10.0/container")).Image();
        Assert.Contains("/app/App.dll", image.Files.Keys);
        Assert.Contains("/length", image.Files.Keys);
        Assert.Contains("/list", image.Files.Keys);
        var found = await Command.RunAsync("grep", ["-rl", Canary, Path.Combine(home, "bin"), Path.Combine(home, "cache")]);
        Assert.Empty(found.Output);
    }

    [Fact]
    public async Task Run_WithASecretThatNobodyLends_SaysHowToLendItWhereItStands()
    {
        var home = await WriteAsync("FROM base\nRUN --network=none --mount=type=secret,id=other,required true\n");

        var failed = (await BuildAsync(home)).Failed();

        Assert.Contains("/Dockerfile(2,1): error MBK1805: ", failed.All);
        Assert.Contains("secret other: not found, and a step needs it. Lend it: ContainerSecret in a project, --secret on the command line.", failed.All);
    }

    private async Task<string> WriteAsync(string dockerfile)
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        StepProject.WriteBase(home, ["sh", "cat", "ls", "true", "wc"], tar => tar);
        StepProject.Write(home, """
            <ContainerSecret Include="token" File="token" />
            <ContainerContext Include="base" Source="oci-layout://base" />
            """);
        File.WriteAllText(Path.Combine(home, "Directory.Build.props"), "<Project><PropertyGroup><ContainerDockerfile>Dockerfile</ContainerDockerfile></PropertyGroup></Project>");
        File.WriteAllText(Path.Combine(home, "Dockerfile"), dockerfile);
        File.WriteAllText(Path.Combine(home, "token"), Canary);
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
        return home;
    }

    private static Task<CommandResult> BuildAsync(string home) => TestUser.RunAsync(
        ["dotnet", "publish", home, "-t:ContainerBuild", "-nologo", "-v:quiet", "-clp:NoSummary", "-nodeReuse:false"], home, new Dictionary<string, string?> { ["MSBUILDKIT_CACHE"] = Path.Combine(home, "cache") });
}
