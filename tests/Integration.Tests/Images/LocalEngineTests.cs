using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Images;

/// <summary>Loading into engines: scripts stand in for their programs, and skopeo judges what they were given.</summary>
public sealed class LocalEngineTests : IDisposable
{
    private readonly TempFolder _engines = new("engines");
    private readonly ImageBuild _build;

    public LocalEngineTests() => _build = new ImageBuild(enginePath: _engines.Path);

    public void Dispose()
    {
        _build.Dispose();
        _engines.Dispose();
    }

    [Theory]
    [InlineData("docker", "Docker", true)]
    [InlineData("docker", null, false)]
    [InlineData("podman", "Podman", false)]
    [InlineData("podman", null, false)]
    public async Task BuildAsync_EngineAnswers_GetsAnArchiveThatIsOne(string program, string? asked, bool dockerFormat)
    {
        Install(program, """
            case "$1" in
                info) echo Server: here ;;
                load) cat > "$0.got" ;;
                *) exit 64 ;;
            esac
            """);

        await _build.RunAsync(_build.Request with { DockerFormat = dockerFormat, Outputs = [new LocalEngineOutput(asked)] });

        var config = await ImageJudges.AcceptDockerArchiveAsync(_engines[program + ".got"]);
        Assert.Equal("to be judged", (string?)config["config"]!["Labels"]!["tests.purpose"]);
        await Skopeo.InspectAsync($"docker-archive:{_engines[program + ".got"]}:docker.io/tests/pages:{ImageBuild.Tag}");
    }

    [Fact]
    public async Task BuildAsync_DockerSilentPodmanAnswers_PodmanGetsIt()
    {
        Install("docker", "exit 1");
        Install("podman", """[ "$1" != load ] || cat > "$0.got" """);

        await _build.RunAsync(_build.Request with { Outputs = [new LocalEngineOutput(null)] });

        await ImageJudges.AcceptDockerArchiveAsync(_engines["podman.got"]);
    }

    [Fact]
    public async Task BuildAsync_EngineRefuses_SaysWhatItSaid()
    {
        Install("docker", "echo no space left >&2; exit 1");

        var error = await Assert.ThrowsAnyAsync<BuildException>(() => _build.RunAsync(_build.Request with { Outputs = [new LocalEngineOutput("Docker")] }));

        Assert.Equal("MBK2204", error.Code);
        Assert.Contains("no space left", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildAsync_EngineNotThere_SaysSo()
    {
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => _build.RunAsync(_build.Request with { Outputs = [new LocalEngineOutput("Podman")] }));

        Assert.Equal("MBK2203", error.Code);
    }

    [Fact]
    public async Task BuildAsync_NoEngineAnswers_LeavesTheLayoutAndSaysSo()
    {
        Install("docker", "exit 1");

        await _build.RunAsync(_build.Request with { Outputs = [new LocalEngineOutput(null)] });

        Assert.Contains(_build.Messages, m => m.StartsWith("No Docker or Podman answers", StringComparison.Ordinal));
        await Skopeo.InspectAsync($"oci:{_build.Layout}:{ImageBuild.Tag}");
    }

    private void Install(string program, string script)
    {
        var path = _engines.Write(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
