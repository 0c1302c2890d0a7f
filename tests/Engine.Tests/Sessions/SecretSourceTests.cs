using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Sessions;

/// <summary>Secrets are read when they are asked for, whole or not at all, and no message tells what they are.</summary>
public sealed class SecretSourceTests : IDisposable
{
    private const string Canary = "c4n4ry";

    private readonly TempFolder _folder = new("secrets");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Environment_IsAskedEachTime()
    {
        string? value = null;
        var source = new EnvironmentSecret("TOKEN", name => name == "TOKEN" ? value : throw new InvalidOperationException());
        Assert.Null(await source.FindAsync(default));
        value = "";
        Assert.Null(await source.FindAsync(default));
        value = "ü\n";
        Assert.Equal("ü\n"u8.ToArray(), await source.FindAsync(default));
    }

    [Fact]
    public async Task File_IsReadByteForByte()
    {
        var source = new FileSecret(_folder["token"]);
        Assert.Null(await source.FindAsync(default));
        Assert.Null(await new FileSecret(_folder["no/folder"]).FindAsync(default));
        File.WriteAllBytes(_folder["token"], [0, 255, 10]);
        Assert.Equal([0, 255, 10], await source.FindAsync(default));
    }

    [Fact]
    public async Task File_ThatIsAFolder_IsAFault() =>
        Assert.Equal("MBK1806", (await Assert.ThrowsAsync<SessionException>(() => new FileSecret(_folder.Path).FindAsync(default).AsTask())).Code);

    [Fact]
    public async Task File_ThatIsAPipe_IsReadWhenSomebodyWritesAndCanBeGivenUp()
    {
        (await Command.RunAsync("mkfifo", [_folder["pipe"]], _folder.Path)).Succeeded();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new FileSecret(_folder["pipe"]).FindAsync(stop.Token).AsTask());
        // The one that was given up still waits for a writer, and gets this one's.
        await File.WriteAllTextAsync(_folder["pipe"], "");
    }

    [Theory]
    [InlineData(SecretBytes.Most, true)]
    [InlineData(SecretBytes.Most + 1, false)]
    public async Task File_AtTheLimit_IsTheLargest(int size, bool fits)
    {
        File.WriteAllBytes(_folder["token"], Enumerable.Repeat((byte)'x', size).ToArray());
        var read = new FileSecret(_folder["token"]).FindAsync(default).AsTask();
        if (fits) Assert.Equal(size, (await read)!.Length);
        else Assert.Equal("MBK1806", (await Assert.ThrowsAsync<SessionException>(() => read)).Code);
    }

    [Theory]
    [InlineData("printf 'a\\n'", "a")]
    [InlineData("printf 'a\\r\\n'", "a")]
    [InlineData("printf 'a\\n\\n'", "a\n")]
    [InlineData("pwd", null)]
    [InlineData("true", "")]
    [InlineData("cat", "")]
    public async Task Command_IsWhatItPrintsWithoutOneLineEnd(string script, string? expected)
    {
        var secret = await Shell(script).FindAsync(default);
        if (expected?.Length == 0) Assert.Null(secret);
        else Assert.Equal(expected ?? _folder.Path, System.Text.Encoding.UTF8.GetString(secret!));
    }

    [Fact]
    public async Task Command_Words_AreReadByNoShell()
    {
        var secret = await new CommandSecret(["printf", "%s|", "$HOME", "`id`", "a b", ";", "*"], _folder.Path, ["relative", "/usr/bin", "/bin"]).FindAsync(default);
        Assert.Equal("$HOME|`id`|a b|;|*|"u8.ToArray(), secret);
    }

    [Fact]
    public async Task Command_ThatFails_SaysNothingOfWhatItSaid()
    {
        var e = await Assert.ThrowsAsync<SessionException>(() => Shell($"echo {Canary}; echo {Canary} >&2; exit 3").FindAsync(default).AsTask());
        Assert.Equal("MBK1806", e.Code);
        Assert.Contains("exit code 3", e.Message);
        Assert.DoesNotContain(Canary, e.ToString());
    }

    [Fact]
    public async Task Command_ThatNeverEndsOrStops_IsKilled()
    {
        Assert.Equal("MBK1806", (await Assert.ThrowsAsync<SessionException>(() => Shell("cat /dev/zero").FindAsync(default).AsTask())).Code);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Shell("exec sleep 600").FindAsync(stop.Token).AsTask());
    }

    [Theory]
    [InlineData("no-such-program-anywhere")]
    [InlineData("./no-such-program")]
    public async Task Command_ThatIsNotThere_IsAFault(string program) =>
        Assert.Equal("MBK1806", (await Assert.ThrowsAsync<SessionException>(() => new CommandSecret([program], _folder.Path, ["/usr/bin"]).FindAsync(default).AsTask())).Code);

    [Fact]
    public void Session_LendsByIdOnly()
    {
        var session = new BuildSession([], new Dictionary<string, Engine.Content.IContentSource>())
        {
            Secrets = new Dictionary<string, ISecretSource> { ["a"] = new FileSecret("/a") }, Ssh = new Dictionary<string, SshSource> { ["default"] = new SshAgent(null) },
        };
        Assert.NotNull(session.FindSecret("a"));
        Assert.Null(session.FindSecret("A"));
        Assert.Equal(new SshAgent(null), session.FindSsh("default"));
        Assert.Null(session.FindSsh("other"));
    }

    [Fact]
    public void Session_TwoPlatformsWithOneScript_LendItOnce()
    {
        var tree = new LocalTree("script-x", [new LocalFile("x", "/x")]);
        Assert.Same(tree, new BuildSession([tree, new LocalTree("script-x", [])], new Dictionary<string, Engine.Content.IContentSource>()).FindLocal("script-x"));
    }

    private CommandSecret Shell(string script) => new(["sh", "-c", script], _folder.Path, ["/usr/bin", "/bin"]);
}
