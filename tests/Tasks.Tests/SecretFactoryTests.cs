using System.Text;
using MsBuildKit.Engine.Sessions;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class SecretFactoryTests : IDisposable
{
    private const string Canary = "c4n4ry";

    private readonly TaskBench _bench = new();
    private readonly Dictionary<string, string> _environment = new() { ["TOKEN"] = Canary, ["PATH"] = "/usr/bin:/bin" };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("Environment", "TOKEN")]
    [InlineData("File", "token.txt")]
    [InlineData("Command", "printf '%s\\n' c4n4ry")]
    [InlineData("Command", "sh -c \"echo c4n4ry\"")]
    public async Task Create_Secret_IsReadWhenItIsAskedFor(string kind, string where)
    {
        _bench.Folder.Write("project/token.txt", Canary);
        var request = new RequestFactory(_bench.Parameters with { Secrets = [Item("token", (kind, where))] }, new Problems(), n => _environment.GetValueOrDefault(n)).Create()!;
        var source = Assert.Single(request.Secrets, s => s.Key == "token").Value;
        Assert.Equal(Canary, Encoding.UTF8.GetString((await source.FindAsync(default))!));
        Assert.DoesNotContain(Canary, request.ToString());
    }

    [Fact]
    public void Create_Value_IsRefusedAndNotRepeated()
    {
        var problem = _bench.Refuse("MBK1035", "ContainerSecret", p => p with { Secrets = [Item("token", ("Value", Canary))] });
        Assert.DoesNotContain(Canary, problem.Text);
        _bench.Refuse("MBK1035", "ContainerSecret", p => p with { Secrets = [Item("token", ("Value", Canary), ("Environment", "TOKEN"))] });
    }

    [Theory]
    [InlineData("a b", "Environment", "TOKEN")]
    [InlineData("../x", "Environment", "TOKEN")]
    [InlineData("", "Environment", "TOKEN")]
    [InlineData("token", "Other", "TOKEN")]
    [InlineData("token", "Environment", "a=b")]
    [InlineData("token", "File", "a\0b")]
    [InlineData("token", "Command", "'open")]
    [InlineData("token", "Command", "''")]
    [InlineData("token", "Command", "  ")]
    [InlineData("token", "Command", "a\0")]
    public void Create_SecretThatIsNone_IsRefused(string id, string kind, string where) =>
        _bench.Refuse("MBK1035", "ContainerSecret", p => p with { Secrets = [Item(id, (kind, where))] });

    [Fact]
    public void Create_SecretWithTwoPlacesOrTwice_IsRefused()
    {
        _bench.Refuse("MBK1035", "ContainerSecret", p => p with { Secrets = [Item("a", ("Environment", "A"), ("File", "a"))] });
        _bench.Refuse("MBK1035", "ContainerSecret", p => p with { Secrets = [Item("a", ("Environment", "A")), Item("a", ("Environment", "B"))] });
    }

    [Fact]
    public void Create_Ssh_IsTheAgentOfTheEnvironmentUnlessSaidOtherwise()
    {
        _bench.Folder.Write("project/key", "x");
        _bench.Folder.Write("project/other", "x");
        Assert.Equal(new SshAgent(null), Ssh());
        _environment["SSH_AUTH_SOCK"] = "/run/agent";
        Assert.Equal(new SshAgent("/run/agent"), Ssh());
        Assert.Equal(new SshAgent(_bench.Folder["project/own"]), Ssh(("Socket", "own")));
        Assert.Equal([_bench.Folder["project/key"], _bench.Folder["project/other"]], Assert.IsType<SshKeys>(Ssh(("Keys", "key; other"))).Files);
    }

    [Theory]
    [InlineData("a/b", "", "")]
    [InlineData("default", "Keys", "nowhere")]
    [InlineData("default", "Socket", "a\0b")]
    public void Create_SshThatIsNone_IsRefused(string id, string metadata, string value) =>
        _bench.Refuse("MBK1035", "ContainerSsh", p => p with { Ssh = [Item(id, (metadata, value))] });

    [Fact]
    public void Create_SshWithSocketAndKeys_IsRefused() =>
        _bench.Refuse("MBK1035", "ContainerSsh", p => p with { Ssh = [Item("default", ("Socket", "/x"), ("Keys", "/y"))] });

    [Theory]
    [InlineData("a  b\tc", new[] { "a", "b", "c" })]
    [InlineData("a 'b c' \"d 'e\" ''", new[] { "a", "b c", "d 'e", "" })]
    [InlineData("x\\y a'b'\"c\"", new[] { "x\\y", "abc" })]
    [InlineData("$(id) `id` | a>b", new[] { "$(id)", "`id`", "|", "a>b" })]
    [InlineData("", new string[0])]
    public void Split_Words_AreKeptTogetherByQuotesOnly(string text, string[] expected) => Assert.Equal(expected, CommandWords.Split(text)!);

    [Fact]
    public void Split_OpenQuote_IsNoCommand() => Assert.Null(CommandWords.Split("a \"b"));

    private SshSource Ssh(params (string, string)[] metadata) =>
        new RequestFactory(_bench.Parameters with { Ssh = [Item("default", metadata)] }, new Problems(), n => _environment.GetValueOrDefault(n)).Create()!.Ssh["default"];
}
