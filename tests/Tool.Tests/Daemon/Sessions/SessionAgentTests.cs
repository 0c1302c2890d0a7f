using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Tests.Daemon.Sessions;

public sealed class SessionAgentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exists_OnlyForTheIdsOfTheClient()
    {
        await using var client = await FakeClient.StartAsync(new FakeAgent("default"));
        Assert.True(await new SessionAgent(client.Session, "default").ExistsAsync(Token));
        Assert.False(await new SessionAgent(client.Session, "other").ExistsAsync(Token));
    }

    [Fact]
    public async Task Connect_CarriesBothWaysAndEndsWithTheStream()
    {
        var agent = new FakeAgent("mine");
        await using var client = await FakeClient.StartAsync(agent);
        await using (var stream = await new SessionAgent(client.Session, "mine").ConnectAsync(Token))
        {
            await stream.WriteAsync("sign this"u8.ToArray(), Token);
            var answer = new byte[9];
            await stream.ReadExactlyAsync(answer, Token);
            Assert.Equal("sign this"u8.ToArray(), answer);
            Assert.Equal(1, agent.Conversations);
        }
        while (agent.Conversations > 0) await Task.Delay(10, Token);
    }

    [Fact]
    public async Task Connect_ToAnAgentThatIsNotThere_IsABrokenStream()
    {
        await using var client = await FakeClient.StartAsync(new FakeAgent("mine"));
        await using var stream = await new SessionAgent(client.Session, "other").ConnectAsync(Token);
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1], Token).AsTask());
    }
}
