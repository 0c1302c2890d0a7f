using System.Text;
using System.Text.Json;
using MsBuildKit.Integration.Tests.Samples;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;
using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>E8 of our catalogue of attacks: a real publish with credentials, and afterwards a search for them in all that it left.</summary>
public sealed class CredentialLeakTests : IDisposable
{
    private const string User = "builder";
    private const string Secret = "c4nary s3cret/of-th1s~test";

    private readonly TempFolder _folder = new("leaks");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task E8_SecretInDockersConfiguration_IsNowhere(bool accepted)
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Secret}"));

        await PublishAsync(accepted, host => _folder.Write("docker/config.json", JsonSerializer.Serialize(new { auths = new Dictionary<string, object> { [host] = new { auth } } })));

        Assert.Empty(Hunt(_folder.Path, "docker"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task E8_SecretFromAHelper_IsNowhere(bool accepted)
    {
        await PublishAsync(accepted, host => WriteHelper(host, $"echo '{JsonSerializer.Serialize(new { Username = User, Secret })}'; echo '{Secret}' >&2"));

        Assert.Empty(Hunt(_folder.Path, "docker", "helpers"));
    }

    [Fact]
    public async Task E8_SecretFromAHelperThatTalksNonsense_IsNowhere()
    {
        await PublishAsync(accepted: false, host => WriteHelper(host, $"echo 'the secret is {Secret}'; echo '{Secret}' >&2"));

        Assert.Empty(Hunt(_folder.Path, "docker", "helpers"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task E8_SecretInAVariable_IsNowhere(bool accepted)
    {
        await PublishAsync(accepted, _ => { }, ("SDK_CONTAINER_REGISTRY_UNAME", User), ("SDK_CONTAINER_REGISTRY_PWORD", Secret));

        Assert.Empty(Hunt(_folder.Path));
    }

    // MSBuild itself writes every variable whose name begins with DOTNET_ into its logs, as SECURITY.md says.
    [Theory]
    [InlineData("DOTNET_CONTAINER_REGISTRY_PWORD", true)]
    [InlineData("DOTNET_CONTAINER_PUSH_REGISTRY_PWORD", false)]
    public async Task E8_SecretInAVariableThatMSBuildLogs_IsNowhereElse(string name, bool accepted)
    {
        await PublishAsync(accepted, _ => { }, (name.Replace("_PWORD", "_UNAME", StringComparison.Ordinal), User), (name, Secret));

        Assert.Empty(Hunt(_folder.Path, "log.binlog", "output.txt"));
        Assert.All(
            File.ReadLines(_folder["output.txt"]).Where(l => new SecretHunt(Canary.OfText("the secret", Secret)).Find("", Encoding.UTF8.GetBytes(l)).Any()),
            l => Assert.Equal($"{name} = {Secret}", l.Trim()));
    }

    private IReadOnlyList<SecretHit> Hunt(string folder, params string[] except) => new SecretHunt(Canary.OfText("the secret", Secret)).FindBelow(folder, except);

    private void WriteHelper(string host, string script)
    {
        var path = _folder.Write("helpers/docker-credential-drill", $"#!/bin/sh\ncat > /dev/null\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _folder.Write("docker/config.json", JsonSerializer.Serialize(new { credHelpers = new Dictionary<string, string> { [host] = "drill" } }));
    }

    // All that the build writes is below the folder: its output too.
    private async Task PublishAsync(bool accepted, Action<string> prepare, params (string Name, string Value)[] variables)
    {
        await using var registry = await DockerRegistry.StartAsync(User, accepted ? Secret : "another one");
        prepare(registry.Host);
        _folder.Write("project/Directory.Build.props", $"""<Project><Import Project="{Sample.Root}/Sdk.props" /></Project>""");
        _folder.Write("project/Leaky.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <ContainerBaseImage>scratch</ContainerBaseImage>
                <ContainerRegistry>{registry.Host}</ContainerRegistry>
                <ContainerRepository>tests/leaky</ContainerRepository>
                <ContainerCacheDirectory>{_folder["cache"]}</ContainerCacheDirectory>
              </PropertyGroup>
            </Project>
            """);
        _folder.Write("project/Program.cs", "System.Console.WriteLine(1);");
        Directory.CreateDirectory(_folder["tmp"]);
        var environment = new Dictionary<string, string?>
        {
            ["DOCKER_CONFIG"] = _folder["docker"],
            ["PATH"] = $"{_folder["helpers"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            ["TMPDIR"] = _folder["tmp"],
        };
        foreach (var (name, value) in variables) environment[name] = value;

        var result = await Command.RunAsync(
            "dotnet", ["publish", _folder["project"], "-t:ContainerBuild", "-v:diag", $"-bl:{_folder["log.binlog"]}", "-nodeReuse:false"], _folder["project"], environment);

        _folder.Write("output.txt", result.All);
        _ = accepted ? result.Succeeded() : result.Failed();
        Assert.Contains(accepted ? "tests/leaky" : "MBK140", result.All, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["log.binlog"]));
        Assert.NotEmpty(Directory.GetFiles(_folder["cache/blobs"], "*", SearchOption.AllDirectories));
    }
}
