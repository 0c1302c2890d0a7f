using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Projects;
using MsBuildKit.TestKit.Real;
using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Faults.Secrets;

/// <summary>A project that is lent every secret of a set, and the builds of it.</summary>
/// <param name="home">The home of the user who builds. What holds the secrets for the builds is in <see cref="Inputs"/>; all else they write.</param>
/// <param name="secrets">The secrets.</param>
/// <param name="servers">What they open.</param>
/// <param name="marker">A text that is no secret and must get everywhere.</param>
internal sealed class CanaryProject(string home, CanarySet secrets, CanaryServers servers, string marker)
{
    private readonly string _tasks = Path.Combine(AppContext.BaseDirectory, "MsBuildKit.Tasks.dll");

    /// <summary>Where the secrets are themselves, below the home.</summary>
    public static IReadOnlyList<string> Inputs { get; } = ["inputs", "project/nuget.config", "project/.git"];

    /// <summary>What a step says of each secret that it has: the digests of their bytes, in a file of the image.</summary>
    public IReadOnlyList<Canary> Proofs { get; } =
    [
        .. new byte[][] { Bytes(secrets.EnvironmentToFile), Bytes(secrets.EnvironmentToVariable), secrets.Binary, Bytes(secrets.Lines), Bytes(secrets.FileToVariable), Bytes(secrets.CommandToFile), Bytes(secrets.CommandToVariable) }
            .Select(b => Canary.OfText("digest of a secret", Convert.ToHexStringLower(SHA256.HashData(b)))),
    ];

    /// <summary>Writes everything.</summary>
    public async Task WriteAsync()
    {
        foreach (var folder in new[] { "inputs/docker", "inputs/helpers", "project", "tmp", "logs" }) Directory.CreateDirectory(At(folder));
        await WriteSecretsAsync();
        await WriteCredentialsAsync();
        WriteRepository();
        Write("project/nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="canaries" value="http://{servers.Files.Host}/nuget/index.json" protocolVersion="3" allowInsecureConnections="true" /></packageSources>
              <packageSourceCredentials><canaries><add key="Username" value="{CanaryServers.User}" /><add key="ClearTextPassword" value="{SecurityElement.Escape(secrets.Feed)}" /></canaries></packageSourceCredentials>
            </configuration>
            """);
        Write("project/Program.cs", $"System.Console.WriteLine(\"{marker}\");");
        File.WriteAllBytes(At("project/container.lock.json"), PackageBed.Lock([CanaryServers.Package], [(CanaryServers.Package, "1", servers.Deb)]));
        Write("project/App.csproj", Text());
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
    }

    /// <summary>All goes well: every way in and every output, with the log that says most.</summary>
    public Task<CommandResult> BuildAsync() => PublishAsync("whole", ["-v:normal", $"-flp:v=diag;logfile={At("logs/whole.txt")}", "-p:Succeeds=true"]);

    /// <summary>A step fails, and what it left is kept; credentials come from variables.</summary>
    public Task<CommandResult> FailAsync() => PublishAsync(
        "failed", ["-v:detailed", "-p:ContainerKeepFailed=true", "-p:ContainerCompression=zstd"],
        ("DOCKER_CONFIG", At("tmp")), ("SDK_CONTAINER_REGISTRY_UNAME", CanaryServers.User), ("SDK_CONTAINER_REGISTRY_PWORD", secrets.VariablePassword));

    /// <summary>A base cannot be had, because its registry is behind a proxy that is not there.</summary>
    public Task<CommandResult> StrandAsync() => PublishAsync(
        "stranded", ["-v:detailed", "-p:Stranded=true"], ("HTTPS_PROXY", $"http://{CanaryServers.User}:{secrets.Proxy}@127.0.0.1:9"));

    private string At(string relative) => Path.Combine(home, relative);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private void Write(string relative, string text) => File.WriteAllText(At(relative), text);

    private async Task WriteSecretsAsync()
    {
        File.WriteAllBytes(At("inputs/binary"), secrets.Binary);
        foreach (var (name, text) in new[] { ("lines", secrets.Lines), ("variable", secrets.FileToVariable), ("printed", secrets.Printed), ("failing", secrets.PrintedAtFailure), ("one", secrets.CommandToFile), ("two", secrets.CommandToVariable) })
            Write("inputs/" + name, text);
        (await Command.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "canary", "-f", At("inputs/key")])).Succeeded();
        secrets.AddKey(await File.ReadAllTextAsync(At("inputs/key")));
    }

    private async Task WriteCredentialsAsync()
    {
        var registries = servers.Registries;
        await File.WriteAllTextAsync(At("inputs/docker/config.json"), JsonSerializer.Serialize(new
        {
            auths = new Dictionary<string, object> { [registries[0].Name] = Login(secrets.DockerPassword), [registries[2].Name] = Login(secrets.VariablePassword), [registries[3].Name] = new { identitytoken = secrets.RefreshToken } },
            credHelpers = new Dictionary<string, string> { [registries[1].Name] = "canary" },
        }));
        Write("inputs/answer.json", JsonSerializer.Serialize(new { Username = CanaryServers.User, Secret = secrets.HelperPassword }));
        Write("inputs/helpers/docker-credential-canary", $"#!/bin/sh\ncat > /dev/null\ncat {At("inputs/answer.json")}\ncat {At("inputs/answer.json")} >&2\n");
        File.SetUnixFileMode(At("inputs/helpers/docker-credential-canary"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        static object Login(string password) => new { auth = Convert.ToBase64String(Bytes($"{CanaryServers.User}:{password}")) };
    }

    private void WriteRepository()
    {
        foreach (var folder in new[] { "objects", "refs/heads" }) Directory.CreateDirectory(At("project/.git/" + folder));
        Write("project/.git/HEAD", "ref: refs/heads/main\n");
        Write("project/.git/refs/heads/main", "8d5c1a2f0b7e4639a1c2d3e4f5061728394a5b6c\n");
        Write("project/.git/config", $"[core]\n\trepositoryformatversion = 0\n[remote \"origin\"]\n\turl = https://{CanaryServers.User}:{secrets.Remote}@github.com/team/shop.git\n");
    }

    private string Text() => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <Import Project="{SdkPackage.RepositoryRoot}/Sdk.props" />
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <UseAppHost>false</UseAppHost>
            <NuGetAudit>false</NuGetAudit>
            <PublishRepositoryUrl>true</PublishRepositoryUrl>
            <MsBuildKitTasksAssembly>{_tasks}</MsBuildKitTasksAssembly>
            <ContainerBaseDistribution Condition="'$(Stranded)' != 'true'">debian/bookworm</ContainerBaseDistribution>
            <ContainerBaseImage Condition="'$(Stranded)' == 'true'">registry.invalid/base:1</ContainerBaseImage>
            <LocalRegistry>None</LocalRegistry>
            <ContainerCacheDirectory>{At("cache")}</ContainerCacheDirectory>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="{CanaryServers.Package}" Version="1.0.0" />
            <ContainerPackage Include="{CanaryServers.Package}" Condition="'$(Stranded)' != 'true'" />
            <ContainerLabel Include="marker" Value="{marker}" />
            <ContainerSecret Include="ef" Environment="CANARY_EF" />
            <ContainerSecret Include="ev" Environment="CANARY_EV" />
            <ContainerSecret Include="unused" Environment="CANARY_UNUSED" />
            <ContainerSecret Include="binary" File="../inputs/binary" />
            <ContainerSecret Include="lines" File="../inputs/lines" />
            <ContainerSecret Include="fv" File="../inputs/variable" />
            <ContainerSecret Include="printed" File="../inputs/printed" />
            <ContainerSecret Include="failing" File="../inputs/failing" />
            <ContainerSecret Include="cf" Command="cat ../inputs/one" />
            <ContainerSecret Include="cv" Command="cat ../inputs/two" />
            <ContainerSsh Include="default" Keys="../inputs/key" />
            <ContainerRun Include="use" Network="none" Ssh="default" Secrets="ef,required;ev,env=EV,required;binary,target=/root/binary,required;lines,required;fv,env=FV,required;cf,required;cv,env=CV,required"
                          Command="(cat /run/secrets/ef | sha256sum; printf %s &quot;$EV&quot; | sha256sum; sha256sum /root/binary; cat /run/secrets/lines | sha256sum; printf %s &quot;$FV&quot; | sha256sum; cat /run/secrets/cf | sha256sum; printf %s &quot;$CV&quot; | sha256sum) &gt; /proof; agent; echo {marker}" />
            <ContainerRun Include="print" Network="none" Secrets="printed,required;lines,required;ev,env=EV,required" Command="cat /run/secrets/printed /run/secrets/lines; while read -r line; do echo &quot;$line&quot;; done &lt; /run/secrets/lines; echo &quot;: $EV&quot;; cat /run/secrets/printed >&amp;2" />
          </ItemGroup>
          <ItemGroup Condition="'$(Succeeds)' == 'true'">
            <ContainerOutput Include="oci-archive" Path="../out/oci.tar" />
            <ContainerOutput Include="docker-archive" Path="../out/docker.tar" />
            {string.Concat(servers.Registries.Select(r => $"""<ContainerOutput Include="registry" Registry="{r.Name}" />"""))}
          </ItemGroup>
          <ItemGroup Condition="'$(Succeeds)' != 'true'">
            <ContainerContext Include="before" Source="docker-image://{servers.Registries[2].Name}/app" />
            <ContainerRun Include="bad" Network="none" BindMounts="target=/before,from=before" Secrets="failing,required,env=FAILING" Command="echo {marker} >&amp;2; echo &quot;the token is $FAILING&quot; >&amp;2; exit 7" />
          </ItemGroup>
        </Project>
        """;

    private Task<CommandResult> PublishAsync(string log, IEnumerable<string> arguments, params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string?>
        {
            ["DOCKER_CONFIG"] = At("inputs/docker"),
            ["PATH"] = $"{At("inputs/helpers")}:{Environment.GetEnvironmentVariable("PATH")}",
            ["TMPDIR"] = At("tmp"),
            ["NUGET_PACKAGES"] = At("packages"),
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["no_proxy"] = "127.0.0.1",
            ["ContainerPackageMirror"] = $"http://{CanaryServers.User}:{secrets.Mirror}@{servers.Files.Host}/debian",
            ["CANARY_EF"] = secrets.EnvironmentToFile,
            ["CANARY_EV"] = secrets.EnvironmentToVariable,
            ["CANARY_UNUSED"] = secrets.Unused,
            ["CALLERS_TOKEN"] = secrets.Unrelated,
        };
        foreach (var (name, value) in variables) environment[name] = value;
        return TestUser.RunAsync(
            ["env", $"HOME={home}", "dotnet", "publish", "App.csproj", "-t:ContainerBuild", "-nologo", "-nodeReuse:false", $"-bl:{At($"logs/{log}.binlog")}", .. arguments], At("project"), environment);
    }
}
