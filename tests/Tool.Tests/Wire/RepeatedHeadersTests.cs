using Grpc.Core;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Tool.Protocol.Secrets;
using MsBuildKit.Tool.Tests.Daemon;

namespace MsBuildKit.Tool.Tests.Wire;

/// <summary>Headers on their way over a real connection.</summary>
public sealed class RepeatedHeadersTests
{
    [Fact]
    public async Task Call_WithManyValues_BringsEach()
    {
        var heard = new Listener();
        await using var client = await FakeClient.StartAsync(heard);
        // More than fits into one frame.
        var patterns = Enumerable.Range(0, 800).Select(i => $"some/folder/of/a/context/{i}%2C%20x").ToList();
        var headers = new Metadata { { "dir-name", "a" } };
        foreach (var pattern in patterns) headers.Add("exclude-patterns", pattern);
        for (var i = 0; i < 3; i++)
        {
            await new Secrets.SecretsClient(client.Session.Channel).GetSecretAsync(new GetSecretRequest(), headers, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(patterns, heard.Patterns);
            Assert.Equal("a", heard.Name);
        }
    }

    private sealed class Listener : Secrets.SecretsBase
    {
        public IReadOnlyList<string?> Patterns { get; private set; } = [];

        public string Name { get; private set; } = "";

        public override Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context)
        {
            IHeaderDictionary headers = context.GetHttpContext().Request.Headers;
            (Patterns, Name) = ([.. headers["exclude-patterns"]], headers["dir-name"].ToString());
            return Task.FromResult(new GetSecretResponse());
        }
    }
}
