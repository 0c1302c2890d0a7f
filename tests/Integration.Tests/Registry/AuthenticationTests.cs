using System.Text;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Integration.Tests.Images;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>A registry that lets only one user in.</summary>
public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string User = "builder";
    private const string Password = "correct: horse, battery";

    private DockerRegistry _registry = null!;

    public async ValueTask InitializeAsync() => _registry = await DockerRegistry.StartAsync(User, Password);

    public ValueTask DisposeAsync() => RegistryEnd.StopAsync(_registry);

    [Theory]
    [InlineData("DOTNET_CONTAINER_REGISTRY")]
    [InlineData("DOTNET_CONTAINER_PUSH_REGISTRY")]
    [InlineData("SDK_CONTAINER_REGISTRY")]
    public async Task BuildAsync_CredentialsInVariables_Pushes(string prefix)
    {
        using var build = new ImageBuild(new Dictionary<string, string> { [prefix + "_UNAME"] = User, [prefix + "_PWORD"] = Password });

        var result = await build.RunAsync(Push(build));

        await AssertThereAsync(result);
    }

    [Fact]
    public async Task BuildAsync_CredentialsInDockersConfiguration_PullsAndPushes()
    {
        using var build = new ImageBuild();
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        build.Folder.Write("home/.docker/config.json", $$"""{ "auths": { "{{_registry.Host}}": { "auth": "{{auth}}" } } }""");
        var first = await build.RunAsync(Push(build) with { Repository = "tests/base" });

        var result = await build.RunAsync(Push(build) with
        {
            Images = [build.Image(new RegistryBase(ImageReference.Parse($"{_registry.Host}/tests/base@{first.Image.Digest}")))],
        });

        await AssertThereAsync(result);
    }

    [Fact]
    public async Task BuildAsync_WrongPassword_SaysThatTheRegistryRefuses()
    {
        using var build = new ImageBuild(new Dictionary<string, string> { ["DOTNET_CONTAINER_REGISTRY_UNAME"] = User, ["DOTNET_CONTAINER_REGISTRY_PWORD"] = "a guess" });

        var error = await Assert.ThrowsAnyAsync<BuildException>(() => build.RunAsync(Push(build)));

        Assert.Equal("MBK1402", error.Code);
        Assert.DoesNotContain("a guess", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildAsync_NoCredentials_SaysThatTheRegistryRefuses()
    {
        using var build = new ImageBuild();

        var error = await Assert.ThrowsAnyAsync<BuildException>(() => build.RunAsync(Push(build)));

        Assert.Equal("MBK1402", error.Code);
        Assert.True(File.Exists(Path.Combine(build.Layout, "index.json")), "the image itself is not lost");
    }

    private BuildRequest Push(ImageBuild build) => build.Request with { Registry = _registry.Host, Outputs = [new RegistryOutput(_registry.Host)] };

    private async Task AssertThereAsync(BuildResult result) => Assert.Equal(
        result.Image.Digest,
        Digest.Of(Encoding.UTF8.GetBytes(await Skopeo.RawAsync($"docker://{_registry.Host}/tests/pages:{ImageBuild.Tag}", "--creds", $"{User}:{Password}"))));
}
