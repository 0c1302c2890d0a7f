using System.Text;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Distribution;

public sealed class HostCredentialsTests : IDisposable
{
    private readonly TempFolder _folder = new("credentials");
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Find_Nothing_IsNull() => Assert.Null(await FindAsync("registry.example"));

    [Theory]
    [InlineData("registry.example", "registry.example", true)]
    [InlineData("registry.example:5000", "registry.example:5000", true)]
    [InlineData("https://registry.example", "registry.example", true)]
    [InlineData("https://registry.example/v1/", "registry.example", true)]
    [InlineData("https://index.docker.io/v1/", "docker.io", true)]
    [InlineData("docker.io", "docker.io", true)]
    [InlineData("registry.example", "registry.example:5000", false)]
    [InlineData("registry.example", "a.registry.example", false)]
    [InlineData("registry.example", "docker.io", false)]
    [InlineData("registry.example", "registry.example.evil.example", false)]
    [InlineData("http://registry.example", "registry.example", false)]
    public async Task Find_InDockersConfiguration_ByTheExactHost(string key, string registry, bool found)
    {
        Configure("{\"auths\":{\"" + key + "\":{\"auth\":\"" + Encode("me:p:w") + "\"}}}");
        Assert.Equal(found ? new Credential("me", "p:w", IsToken: false) : null, await FindAsync(registry));
    }

    [Theory]
    [InlineData("DOTNET_CONTAINER_PUSH_REGISTRY", true, true)]
    [InlineData("DOTNET_CONTAINER_PUSH_REGISTRY", false, false)]
    [InlineData("DOTNET_CONTAINER_PULL_REGISTRY", false, true)]
    [InlineData("DOTNET_CONTAINER_REGISTRY", true, true)]
    [InlineData("SDK_CONTAINER_REGISTRY", false, true)]
    public async Task Find_Variables_WinForTheirDirection(string prefix, bool push, bool found)
    {
        _environment[prefix + "_UNAME"] = "ci";
        _environment[prefix + "_PWORD"] = "secret";
        Assert.Equal(found ? new Credential("ci", "secret", IsToken: false) : null, await FindAsync("registry.example", push));
    }

    [Fact]
    public async Task Find_HalfAPairOfVariables_IsNone()
    {
        _environment["DOTNET_CONTAINER_PUSH_REGISTRY_UNAME"] = "ci";
        Assert.Null(await FindAsync("registry.example"));
    }

    [Fact]
    public async Task Find_TokenAsUser_IsAToken()
    {
        _environment["DOTNET_CONTAINER_PUSH_REGISTRY_UNAME"] = "<token>";
        _environment["DOTNET_CONTAINER_PUSH_REGISTRY_PWORD"] = "t0ken";
        Assert.Equal(new Credential("", "t0ken", IsToken: true), await FindAsync("registry.example"));
    }

    [Fact]
    public async Task Find_Helper_IsAskedForExactlyTheRegistry()
    {
        Helper("one", $"cat > '{_folder["asked"]}'; echo '{{\"ServerURL\":\"x\",\"Username\":\"me\",\"Secret\":\"from-helper\"}}'");
        Configure("""{"credHelpers":{"registry.example":"one"},"auths":{"other.example":{}}}""");
        Assert.Equal("from-helper", (await FindAsync("registry.example"))?.Secret);
        Assert.Equal("registry.example", File.ReadAllText(_folder["asked"]));
        File.Delete(_folder["asked"]);
        Assert.Null(await FindAsync("other.example"));
        Assert.False(File.Exists(_folder["asked"]));
    }

    [Fact]
    public async Task Find_StoreForDockerHub_IsAskedByDockersKey()
    {
        Helper("all", $"cat > '{_folder["asked"]}'; echo '{{\"Username\":\"<token>\",\"Secret\":\"id\"}}'");
        Configure("""{"credsStore":"all"}""");
        Assert.Equal(new Credential("", "id", IsToken: true), await FindAsync("docker.io"));
        Assert.Equal("https://index.docker.io/v1/", File.ReadAllText(_folder["asked"]));
    }

    [Fact]
    public async Task Find_HelperThatDoesNotListen_IsHeard()
    {
        Helper("deaf", "exec 0<&-; echo '{\"Username\":\"me\",\"Secret\":\"same-for-all\"}'");
        Configure("""{"credsStore":"deaf"}""");
        Assert.Equal("same-for-all", (await FindAsync("registry.example"))?.Secret);
    }

    [Fact]
    public async Task Find_StoreKnowsNothing_FallsBackToTheFile()
    {
        Helper("empty", "cat > /dev/null; echo 'credentials not found' >&2; exit 1");
        Configure("{\"credsStore\":\"empty\",\"auths\":{\"registry.example\":{\"auth\":\"" + Encode("me:pw") + "\"}}}");
        Assert.Equal("pw", (await FindAsync("registry.example"))?.Secret);
    }

    [Theory]
    [InlineData("echo nonsense")]
    [InlineData("echo '{\"Username\":1}'")]
    [InlineData("echo '{}'")]
    public async Task Find_HelperTalksNonsense_SaysSo(string script)
    {
        Helper("bad", script);
        Configure("""{"credsStore":"bad"}""");
        Assert.Equal("MBK1407", (await Assert.ThrowsAsync<RegistryException>(async () => await FindAsync("registry.example"))).Code);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("../../../bin/true")]
    [InlineData("a b")]
    public async Task Find_HelperNotThere_SaysWhich(string name)
    {
        Configure($$"""{"credsStore":"{{name}}"}""");
        var error = await Assert.ThrowsAsync<RegistryException>(async () => await FindAsync("registry.example"));
        Assert.Equal("MBK1407", error.Code);
        Assert.Contains($"docker-credential-{name}", error.Message);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"registry.example":{"auth":"%%%"}}}""")]
    [InlineData("""{"auths":{"registry.example":{"auth":"bm9jb2xvbg=="}}}""")]
    [InlineData("""{"auths":{"registry.example":[]}}""")]
    public async Task Find_BrokenConfiguration_SaysWhichFile(string text)
    {
        Configure(text);
        var error = await Assert.ThrowsAsync<RegistryException>(async () => await FindAsync("registry.example"));
        Assert.Equal("MBK1407", error.Code);
        Assert.Contains(_folder["config.json"], error.Message);
    }

    [Fact]
    public async Task Find_Podmans_IsReadLast()
    {
        _folder.Write(".config/containers/auth.json", "{\"auths\":{\"registry.example\":{\"auth\":\"" + Encode("me:podman") + "\"}}}");
        Assert.Equal("podman", (await FindAsync("registry.example"))?.Secret);
        Configure("{\"auths\":{\"registry.example\":{\"auth\":\"" + Encode("me:docker") + "\"}}}");
        Assert.Equal("docker", (await FindAsync("registry.example"))?.Secret);
    }

    private async Task<Credential?> FindAsync(string registry, bool push = true) =>
        await new HostCredentials(_environment, _folder.Path).FindAsync(registry, push, default);

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private void Configure(string text)
    {
        _folder.Write("config.json", text);
        _environment["DOCKER_CONFIG"] = _folder.Path;
    }

    private void Helper(string name, string script)
    {
        var path = _folder.Write($"bin/docker-credential-{name}", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _environment["PATH"] = _folder["bin"];
    }
}
