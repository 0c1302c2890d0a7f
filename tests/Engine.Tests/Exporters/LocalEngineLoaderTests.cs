using MsBuildKit.Engine.Exporters;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class LocalEngineLoaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("exit 0", "exit 0", "Docker")]
    [InlineData("exit 1", "exit 0", "Podman")]
    [InlineData("exit 1", "exit 1", null)]
    [InlineData(null, "exit 0", "Podman")]
    [InlineData(null, null, null)]
    public async Task Find_Engines_TheFirstThatAnswers(string? docker, string? podman, string? expected)
    {
        if (docker is not null) Script("docker", docker);
        if (podman is not null) Script("podman", podman);
        Assert.Equal(expected, await Loader().FindAsync(default));
    }

    [Fact]
    public async Task Find_ProgramThatCannotRun_DoesNotAnswer()
    {
        _folder.Write("docker", "no program");
        Assert.Null(await Loader().FindAsync(default));
    }

    [Fact]
    public async Task Find_RelativeFoldersOfPath_ArePassedOver()
    {
        Script("docker", "exit 0");
        Assert.Null(await new LocalEngineLoader([".", "", Path.GetRelativePath(Environment.CurrentDirectory, _folder.Path)]).FindAsync(default));
    }

    [Fact]
    public async Task Load_Archive_ArrivesWhole()
    {
        Script("docker", $"cat > '{_folder["got"]}'");
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        await Loader().LoadAsync("Docker", (s, c) => s.WriteAsync(sent, c).AsTask(), default);
        Assert.Equal(sent, File.ReadAllBytes(_folder["got"]));
    }

    [Theory]
    [InlineData("cat > /dev/null; echo no space left >&2; exit 1")]
    [InlineData("echo no space left >&2; exit 1")]
    public async Task Load_Refused_TellsWhatTheEngineSaid(string script)
    {
        Script("docker", script);
        var error = await Assert.ThrowsAsync<ExportException>(() => Loader().LoadAsync("Docker", (s, c) => s.WriteAsync(new byte[1_000_000], c).AsTask(), default));
        Assert.Equal("MBK2204", error.Code);
        Assert.Contains("no space left", error.Message);
    }

    [Fact]
    public async Task Load_NoEngine_SaysWhatToDo()
    {
        var error = await Assert.ThrowsAsync<ExportException>(() => Loader().LoadAsync("Podman", (_, _) => Task.CompletedTask, default));
        Assert.Equal("MBK2203", error.Code);
        Assert.Contains("ContainerArchiveOutputPath", error.Message);
    }

    [Fact]
    public async Task Load_Cancelled_StopsTheEngine()
    {
        Script("docker", $"echo $$ > '{_folder["pid"]}'; exec sleep 600");
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Loader().LoadAsync("Docker", async (_, c) =>
        {
            await StartedAsync();
            await cancel.CancelAsync();
            c.ThrowIfCancellationRequested();
        }, cancel.Token));
        await GoneAsync();
    }

    [Fact]
    public async Task Load_FaultWhileWriting_StopsTheEngineAndIsTold()
    {
        Script("docker", $"echo $$ > '{_folder["pid"]}'; exec sleep 600");
        await Assert.ThrowsAsync<InvalidDataException>(() => Loader().LoadAsync("Docker", async (_, _) =>
        {
            await StartedAsync();
            throw new InvalidDataException();
        }, default));
        await GoneAsync();
    }

    private LocalEngineLoader Loader() => new([_folder.Path]);

    private void Script(string name, string body)
    {
        var path = _folder.Write(name, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task StartedAsync()
    {
        while (!File.Exists(_folder["pid"]) || !File.ReadAllText(_folder["pid"]).EndsWith('\n')) await Task.Delay(5);
    }

    // Until nobody has reaped it a dead process is a zombie, which runs nothing any more.
    private async Task GoneAsync()
    {
        var status = $"/proc/{File.ReadAllText(_folder["pid"]).Trim()}/stat";
        while (File.Exists(status) && !File.ReadAllText(status).Contains(") Z ")) await Task.Delay(5);
    }
}
