using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Tests.Workers.Http;

/// <summary>What callers upload, as if a server had it.</summary>
public sealed class HttpUploadTests : IAsyncLifetime
{
    private const string First = "http://buildkit-session/first", Second = "http://buildkit-session/second";

    private SourceBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await SourceBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Build_Upload_IsALayerOfThatOneFile()
    {
        _bench.Uploads[First] = "uploaded"u8.ToArray();
        var chain = await _bench.BuildAsync(LlbState.Http(First, new HttpSourceOptions { FileName = "context" }));
        Assert.Equal(["File 600 0:0 0 context uploaded"], await _bench.ListAsync(chain));
        Assert.Empty(_bench.Server.Requests);
    }

    [Fact]
    public async Task Build_SameContentUnderAnotherAddress_IsTheSame()
    {
        (_bench.Uploads[First], _bench.Uploads[Second]) = ("uploaded"u8.ToArray(), "uploaded"u8.ToArray());
        var first = await _bench.BuildAsync(LlbState.Http(First, new HttpSourceOptions { FileName = "context" }));
        Assert.Equal(first.Layers, (await _bench.BuildAsync(LlbState.Http(Second, new HttpSourceOptions { FileName = "context" }))).Layers);
    }

    [Fact]
    public async Task Build_OtherContentUnderTheSameAddress_IsAnother()
    {
        _bench.Uploads[First] = "uploaded"u8.ToArray();
        var first = await _bench.BuildAsync(LlbState.Http(First));
        _bench.Uploads[First] = "another"u8.ToArray();
        Assert.NotEqual(first.Layers, (await _bench.BuildAsync(LlbState.Http(First))).Layers);
    }

    [Fact]
    public async Task Build_UploadThatNobodyGives_Fails() => Assert.Equal("MBK1803", (await _bench.FailAsync(LlbState.Http(First))).Code);

    [Fact]
    public async Task Build_UploadThatIsTooLarge_Fails()
    {
        (_bench.Uploads[First], _bench.MostBytes) = (new byte[2000], 1000);
        Assert.Equal("MBK2021", (await _bench.FailAsync(LlbState.Http(First))).Code);
    }
}
