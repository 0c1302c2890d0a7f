using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>dockerfile from-project, of real projects. What it writes is read, not built: its SDK image is in a registry that tests do not reach.</summary>
public sealed class FromProjectTests : IDisposable
{
    private readonly TempFolder _folder = new("from-project");

    public FromProjectTests()
    {
        _folder.Write("Directory.Build.props", $"""
            <Project>
              <Import Project="{TheTool.Root}/Sdk.props" />
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
            </Project>
            """);
        _folder.Write("Directory.Build.targets", "<Project />");
        _folder.Write("Directory.Packages.props", "<Project />");
        _folder.Write("Lib/Lib.csproj", """<Project Sdk="Microsoft.NET.Sdk" />""");
        _folder.Write("App/setup.sh", "#!/bin/sh -e\ntrue\n");
        _folder.Write("App/app.json", "{}");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FromProject_WithEverything_SaysItAllWithoutFaults()
    {
        Write("""
            <PropertyGroup>
              <Description>a "quoted" $thing</Description>
              <ContainerUser>1000</ContainerUser>
              <ContainerStopSignal>SIGINT</ContainerStopSignal>
            </PropertyGroup>
            <ItemGroup>
              <ProjectReference Include="../Lib/Lib.csproj" />
              <ContainerSecret Include="feed" Environment="FEED" />
              <ContainerContext Include="Tools" Source="docker-image://r.example/tools:1" />
              <ContainerRun Include="one" Command="apt-get update; echo $HOME" Environment="A=1%3B2;B=3" Secrets="feed,required" CacheMounts="/var/cache/apt,sharing=locked" BindMounts="target=/tools,from=Tools" />
              <ContainerRun Include="two" Script="setup.sh" Stage="App" Network="none" />
              <ContainerRun Include="other" Command="false" Platform="linux-s390x" />
              <ContainerFile Include="app.json" TargetPath="/etc/app/" Mode="0640" />
              <ContainerPort Include="9000" Type="udp" />
              <ContainerEnvironmentVariable Include="GREETING" Value="it's &quot;$5&quot;\" />
              <ContainerVolume Include="/data" />
              <ContainerHealthcheck Include="true" Interval="30s" />
              <ContainerLabel Include="team" Value="shop" />
              <ContainerAnnotation Include="note" Value="x" />
            </ItemGroup>
            """);

        var result = (await RunAsync("-p:Version=3.2.1", "-p:Odd=a b")).Succeeded();

        var text = result.Output;
        Assert.Empty(Remarks(text));
        Assert.Contains("\nCOPY --parents App/App.csproj Directory.Build.props Directory.Build.targets Directory.Packages.props Lib/Lib.csproj ./\n", text);
        Assert.Contains("dotnet publish App/App.csproj -p:Version=3.2.1 '-p:Odd=a b' -c Release --no-restore -o /publish && find /publish -name web.config -delete\n", text);
        Assert.Contains("\nFROM r.example/tools:1 AS context-tools\n", text);
        Assert.Contains("\nFROM mcr.microsoft.com/dotnet/aspnet:10.0\n", text);
        Assert.Contains("export A='1;2'\nexport B=3\napt-get update; echo $HOME\n", text);
        Assert.Contains("--mount=type=bind,from=context-tools,target=/tools", text);
        Assert.Contains("--mount=type=bind,source=App/setup.sh,target=/run/msbuildkit/setup.sh \\\n    --network=none \\\n    /bin/sh -e /run/msbuildkit/setup.sh\n", text);
        Assert.DoesNotContain("# other", text);
        Assert.Contains("\nCOPY --chown=1000 --chmod=0640 App/app.json /etc/app/app.json\n", text);
        Assert.Contains("\nENV GREETING=\"it's \\\"\\$5\\\"\\\\\"\nEXPOSE 8080/tcp 9000/udp\n", text);
        Assert.Contains("\nLABEL org.opencontainers.image.description=\"a \\\"quoted\\\" \\$thing\"\n", text);
        Assert.Contains("\nLABEL org.opencontainers.image.version=3.2.1\n", text);
        Assert.EndsWith("\nVOLUME [\"/data\"]\nSTOPSIGNAL SIGINT\nHEALTHCHECK --interval=30s CMD true\nUSER 1000\nENTRYPOINT [\"dotnet\", \"/app/App.dll\"]\n", text);
        Assert.Contains("warning: The Dockerfile does not say the annotation 'note'", result.Error);
        Assert.Equal(text, (await RunAsync("-p:Version=3.2.1", "-p:Odd=a b")).Succeeded().Output);
    }

    [Fact]
    public async Task FromProject_ForTwoProcessors_PublishesForTheOneThatIsAskedFor()
    {
        Write("<PropertyGroup><ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers><SelfContained>true</SelfContained></PropertyGroup><ItemGroup><ContainerRun Include=\"one\" Command=\"true\" Platform=\"linux-arm64\" /></ItemGroup>");
        (await RunAsync("-o", "Dockerfile")).Succeeded();
        var text = File.ReadAllText(_folder["Dockerfile"]);
        Assert.Empty(Remarks(text));
        Assert.Contains("FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build\nARG TARGETARCH\n", text);
        Assert.Contains("dotnet restore App/App.csproj -a $TARGETARCH\n", text);
        Assert.Contains("case \"$TARGETPLATFORM\" in linux/arm64) ;; *) exit 0 ;; esac\ntrue\n", text);
        Assert.EndsWith("\nENTRYPOINT [\"/app/App\"]\n", text);
    }

    [Fact]
    public async Task FromProject_WithFaults_TellsThemAtOnce()
    {
        Write("<PropertyGroup><ContainerUser>a b</ContainerUser></PropertyGroup><ItemGroup><ContainerPort Include=\"x\" /></ItemGroup>");
        var result = await RunAsync();
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("error MBK2306: ", result.Error);
        Assert.Contains("ContainerUser: 'a b' is none.", result.Error);
        Assert.Contains("ContainerPort: 'x/tcp' is no port.", result.Error);
    }

    [Fact]
    public async Task FromProject_WithoutAProject_SaysWhy()
    {
        var result = await RunAsync();
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("error MBK2305: The project '", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(" at MsBuildKit", result.Error);
    }

    private void Write(string content) => _folder.Write("App/App.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk.Web\">{content}</Project>");

    private Task<CommandResult> RunAsync(params string[] arguments) => TheTool.RunAsync(_folder.Path, ["dockerfile", "from-project", "App/App.csproj", .. arguments]);

    private static IEnumerable<string> Remarks(string text)
    {
        var file = DockerfileParser.Parse(text, "Dockerfile").OrThrow();
        var report = LintReport.Of(file, new Dictionary<string, string>());
        DockerfileLinter.Check(file, report);
        return report.Warnings.Select(w => $"{w.Range.Line} {w.Rule.Name} {w.Message}");
    }
}
