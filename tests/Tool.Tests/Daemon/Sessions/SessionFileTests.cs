using Grpc.Core;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Tests.Daemon.Sessions;

public sealed class SessionFileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task Write_Completed_IsWholeAtTheClient(int length)
    {
        var files = new FakeFiles();
        await using var client = await FakeClient.StartAsync(files);
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        await using var file = SessionFile.Open(client.Session, "1", new Dictionary<string, string> { ["Image.Name"] = "app:1", ["odd"] = "\u00fc" });
        foreach (var piece in bytes.Chunk(70_001)) await file.WriteAsync(piece, Token);
        await file.CompleteAsync(Token);
        Assert.True(files.IsWhole);
        Assert.Equal(bytes, files.Written.ToArray());
        Assert.InRange(files.Largest, 0, 3 << 20);
        Assert.Equal(("1", "app:1"), (files.Headers!.GetValue("buildkit-attachable-exporter-id"), files.Headers!.GetValue("exporter-md-image.name")));
        Assert.Null(files.Headers!.GetValue("exporter-md-odd"));
    }

    [Fact]
    public async Task Dispose_BeforeItIsComplete_IsNoWholeFile()
    {
        var files = new FakeFiles();
        await using var client = await FakeClient.StartAsync(files);
        await using (var file = SessionFile.Open(client.Session, "", new Dictionary<string, string>())) await file.WriteAsync(new byte[3 << 20], Token);
        await files.Ended;
        Assert.False(files.IsWhole);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2_000_000)]
    public async Task Write_ToAClientThatFails_SaysWhatTheClientSaid(long after)
    {
        await using var client = await FakeClient.StartAsync(new FakeFiles { Refusal = (StatusCode.Unknown, after) });
        await using var file = SessionFile.Open(client.Session, "", new Dictionary<string, string>());
        var error = await Assert.ThrowsAsync<DaemonException>(() => WriteAsync(file, 20));
        Assert.Equal("MBK2530", error.Code);
        Assert.Contains("no room here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ToAClientThatHasItAlready_IsSkipped()
    {
        await using var client = await FakeClient.StartAsync(new FakeFiles { Refusal = (StatusCode.AlreadyExists, 0) });
        await using var file = SessionFile.Open(client.Session, "", new Dictionary<string, string>());
        await WriteAsync(file, 20);
        Assert.True(file.IsSkipped);
    }

    [Fact]
    public async Task Open_AtAClientThatTakesNone_Fails()
    {
        await using var client = await FakeClient.StartAsync(new FakeAgent("default"));
        Assert.Equal("MBK2531", Assert.Throws<DaemonException>(() => SessionFile.Open(client.Session, "", new Dictionary<string, string>())).Code);
    }

    private static async Task WriteAsync(SessionFile file, int megabytes)
    {
        for (var i = 0; i < megabytes; i++) await file.WriteAsync(new byte[1 << 20], Token);
        await file.CompleteAsync(Token);
    }
}
