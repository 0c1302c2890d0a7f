using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

public sealed class EpochSourceTests : ISourceTimes
{
    private const string Stage = "ARG SOURCE_DATE_EPOCH=made\nFROM scratch AS made\n";

    private readonly List<string> _asked = [];
    private long? _time = 1700000402;

    [Theory]
    [InlineData("ADD https://web.example/src.tar /", "https://web.example/src.tar")]
    [InlineData("ARG V=1\nADD https://web.example/src-$V.tar /", "https://web.example/src-1.tar")]
    [InlineData("ADD https://git.example/app.git#v1 /", "git://git.example/app.git#v1")]
    public async Task Convert_AStageOfOneSource_GivesItsTime(string stage, string asked)
    {
        var image = await ConvertAsync($"{Stage}{stage}\nFROM scratch\nARG SOURCE_DATE_EPOCH\nENV E=$SOURCE_DATE_EPOCH\nCOPY a /a\n");
        Assert.Equal(asked, Assert.Single(_asked));
        Assert.Equal(1700000402, image.Epoch);
        Assert.Equal("2023-11-14T22:20:02Z", image.Config.Created);
        Assert.Contains("E=1700000402", image.Config.Config!.Env!);
    }

    [Fact]
    public async Task Convert_TheContext_GivesItsTime()
    {
        var image = await ConvertAsync("FROM scratch\nCOPY a /a\n", r => r with { Context = new GitContext("https://git.example/app.git#main"), BuildArgs = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "context" } });
        Assert.Equal("git://git.example/app.git#main", Assert.Single(_asked));
        Assert.Equal(1700000402, image.Epoch);
    }

    [Fact]
    public async Task Convert_ANamedContext_GivesItsTime()
    {
        var image = await ConvertAsync("ARG SOURCE_DATE_EPOCH=src\nFROM scratch\nCOPY a /a\n", r => r with { NamedContexts = new Dictionary<string, BuildContext> { ["src"] = new HttpContext("https://web.example/src.tar") } });
        Assert.Equal("https://web.example/src.tar", Assert.Single(_asked));
        Assert.Equal(1700000402, image.Epoch);
    }

    [Fact]
    public async Task Convert_ASourceWithoutATime_IsAsIfNothingWereSaid()
    {
        _time = null;
        var image = await ConvertAsync("FROM scratch\nCOPY a /a\n", r => r with { BuildArgs = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "context" } });
        Assert.StartsWith("local://", Assert.Single(_asked));
        Assert.Null(image.Epoch);
    }

    [Fact]
    public async Task Convert_ATimeInSeconds_AsksNobody()
    {
        var image = await ConvertAsync(Stage + "ADD https://web.example/src.tar /\nFROM scratch\nCOPY a /a\n", r => r with { BuildArgs = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "12" } });
        Assert.Empty(_asked);
        Assert.Equal(12, image.Epoch);
    }

    [Theory]
    [InlineData("FROM scratch AS made\nCOPY a /a\nFROM scratch\n", "it has a COPY", 3)]
    [InlineData("FROM scratch AS made\nADD a /a\nFROM scratch\n", "it adds files of the context", 2)]
    [InlineData("FROM scratch AS made\nFROM scratch\n", "it adds nothing, or more than one thing", 2)]
    [InlineData("FROM image AS made\nADD https://web.example/a /\nFROM scratch\n", "it stands on another image", 2)]
    [InlineData("FROM scratch AS other\nFROM scratch\n", "invalid SOURCE_DATE_EPOCH: made is not a time", 1)]
    public async Task Convert_WhatHasNoTime_IsAFault(string stages, string part, int line)
    {
        var error = await Assert.ThrowsAsync<DockerfileException>(() => ConvertAsync("ARG SOURCE_DATE_EPOCH=made\n" + stages));
        var fault = Assert.Single(error.Faults);
        Assert.Equal("MBK1954", fault.Code);
        Assert.Contains(part, fault.Message);
        Assert.Equal(line, fault.Range.Line);
    }

    /// <inheritdoc />
    public Task<long?> FindAsync(SourceOp source, CancellationToken cancellationToken)
    {
        _asked.Add(source.Identifier);
        return Task.FromResult(_time);
    }

    private async Task<DockerfileImage> ConvertAsync(string text, Func<DockerfileRequest, DockerfileRequest>? change = null) =>
        (await new Converting { Times = this }.OneAsync(text, change)).Image;
}
