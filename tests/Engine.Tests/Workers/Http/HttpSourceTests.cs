using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Solving;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Workers.Http;

/// <summary>Files of web servers, from a real server to a layer.</summary>
public sealed class HttpSourceTests : IAsyncLifetime
{
    private SourceBench _bench = null!;
    private byte[] _content = "first"u8.ToArray();
    private Action<HttpContext> _headers = _ => { };

    public async ValueTask InitializeAsync()
    {
        _bench = await SourceBench.StartAsync();
        _bench.Server.Handler = AnswerAsync;
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Build_File_IsALayerOfThatOneFile()
    {
        var chain = await _bench.BuildAsync(LlbState.Http(_bench.Url("a/tool.tgz?x=1"), new HttpSourceOptions { Mode = 0b111_101_101, Uid = 7, Gid = 8 }));
        Assert.Equal(["File 755 7:8 0 tool.tgz first"], await _bench.ListAsync(chain));
        Assert.Equal(["File 600 0:0 0 tool.tgz first"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("a/tool.tgz")))));
    }

    [Fact]
    public async Task Inspect_AFile_TellsItsNameTimeAndContent()
    {
        var changed = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
        _headers = c => (c.Response.Headers.ETag, c.Response.Headers.LastModified) = ("\"one\"", changed.ToString("R"));
        foreach (var _ in new[] { "new", "known" })
        {
            var facts = await _bench.InspectAsync(LlbState.Http(_bench.Url("a/tool.tgz?x=1")));
            Assert.Equal((Digest.Of(_content).ToString(), "tool.tgz", changed), (facts.Checksum, facts.FileName, facts.Changed));
            Assert.Equal(_content.Length, await _bench.Store.FindSizeAsync(facts.Content!.Value, default));
        }
    }

    [Fact]
    public async Task Build_EmptyFile_IsThere()
    {
        _content = [];
        Assert.Equal(["File 600 0:0 0 x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))));
    }

    [Fact]
    public async Task Build_Again_AsksWithTheTagAndMovesNothing()
    {
        _headers = c => c.Response.Headers.ETag = "\"one\"";
        var first = await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        await _bench.ReopenAsync();
        Assert.Equal(first.Layers, (await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))).Layers);
        Assert.Equal([200, 304], _bench.Server.Requests.Select(r => r.Status));
        (_content, _headers) = ("second"u8.ToArray(), c => c.Response.Headers.ETag = "\"two\"");
        Assert.NotEqual(first.Layers[0].DiffId, (await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))).Layers[0].DiffId);
    }

    // A file that changed twice within a second keeps its time.
    [Theory]
    [InlineData(3600, 304)]
    [InlineData(0, 200)]
    public async Task Build_AgainWithATimeAlone_BelievesItOnceItHasSettled(int age, int status)
    {
        _headers = c => c.Response.Headers.LastModified = DateTimeOffset.UtcNow.AddSeconds(-age).ToString("R");
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        Assert.Equal([200, status], _bench.Server.Requests.Select(r => r.Status));
    }

    [Fact]
    public async Task Build_ServerThatIgnoresTheTag_IsNotReadAgain()
    {
        _headers = c => (c.Response.Headers.ETag, c.Items["plain"]) = ("\"one\"", true);
        var first = await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        _content = "a server that lies about its tag"u8.ToArray();
        Assert.Equal(first.Layers, (await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))).Layers);
    }

    [Fact]
    public async Task Build_SameContentAtAnotherTime_IsTheSameLayer()
    {
        _headers = c => c.Response.Headers.LastModified = "Thu, 01 Jan 2015 00:00:00 GMT";
        var first = await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        _headers = c => c.Response.Headers.LastModified = "Fri, 01 Jan 2016 00:00:00 GMT";
        Assert.Equal(first.Layers[0].Blob, (await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))).Layers[0].Blob);
    }

    [Fact]
    public async Task Build_TimesThatAreKept_AreWhatTheServerSays()
    {
        _bench.KeepsTimes = true;
        Assert.Equal(["File 600 0:0 0 x first"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))));
        _headers = c => c.Response.Headers.LastModified = "Thu, 01 Jan 2015 00:00:00 GMT";
        Assert.Equal(["File 600 0:0 1420070400 x first"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))));
        var pinned = LlbState.Http(_bench.Url("x"), new HttpSourceOptions { Checksum = Digest.Of(_content) });
        Assert.Equal(["File 600 0:0 0 x first"], await _bench.ListAsync(await _bench.BuildAsync(pinned)));
    }

    [Fact]
    public async Task Build_Again_AsksForTheTagFirstAndInTheSameWay()
    {
        _headers = c => c.Response.Headers.ETag = "\"one\"";
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        _headers = c => c.Response.Headers.ETag = "\"two\"";
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        Assert.Equal(["GET", "HEAD", "HEAD", "GET"], _bench.Server.Requests.Select(r => r.Method));
        Assert.All(_bench.Server.Requests, r => Assert.Equal("gzip", r.Headers["Accept-Encoding"]));
    }

    [Fact]
    public async Task Build_ServerThatRefusesQuestions_IsAskedForTheFile()
    {
        _headers = c => (c.Response.Headers.ETag, c.Response.StatusCode) = ("\"one\"", c.Request.Method == "HEAD" ? 405 : 200);
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        Assert.Equal([200, 405, 304], _bench.Server.Requests.Select(r => r.Status));
    }

    [Fact]
    public async Task Build_FileThatIsPackedForTheWay_IsWhatWasPacked()
    {
        var plain = _content;
        (_content, _headers) = (Packed(plain), c => c.Response.Headers.ContentEncoding = "gzip");
        var chain = await _bench.BuildAsync(LlbState.Http(_bench.Url("x"), new HttpSourceOptions { Checksum = Digest.Of(plain) }));
        Assert.Equal(["File 600 0:0 0 x first"], await _bench.ListAsync(chain));
    }

    [Fact]
    public async Task Build_PackedFileThatIsLargerThanAllowed_IsRefused()
    {
        (_content, _bench.MostBytes) = (Packed(new byte[100_000]), 1000);
        _headers = c => c.Response.Headers.ContentEncoding = "gzip";
        Assert.Equal("MBK1415", (await _bench.FailAsync(LlbState.Http(_bench.Url("x")))).Code);
    }

    [Fact]
    public async Task Build_FileThatOnlySaysItIsPacked_IsAnError()
    {
        _headers = c => c.Response.Headers.ContentEncoding = "gzip";
        Assert.Equal("MBK1411", (await _bench.FailAsync(LlbState.Http(_bench.Url("x")))).Code);
    }

    [Fact]
    public async Task Build_TheSameTwiceInAGraph_IsFetchedOnce()
    {
        var graph = LlbState.Merge(null, LlbState.Http(_bench.Url("x"), new HttpSourceOptions { FileName = "a" }), LlbState.Http(_bench.Url("x"), new HttpSourceOptions { FileName = "b" }));
        Assert.Equal(2, (await _bench.BuildAsync(graph)).Layers.Count);
        Assert.Single(_bench.Server.Requests);
    }

    [Fact]
    public async Task Build_WithAChecksumThatIsKnown_NeedsNoNetwork()
    {
        var state = LlbState.Http(_bench.Url("x"), new HttpSourceOptions { Checksum = Digest.Of(_content) });
        var first = await _bench.BuildAsync(state);
        await _bench.Server.DisposeAsync();
        Assert.Equal(first.Layers, (await _bench.BuildAsync(state)).Layers);
    }

    [Fact]
    public async Task Build_WithAWrongChecksum_NamesBoth()
    {
        var wanted = Digest.Of("other"u8);
        var (code, message) = await _bench.FailAsync(LlbState.Http(_bench.Url("x"), new HttpSourceOptions { Checksum = wanted }));
        Assert.Equal("MBK2022", code);
        Assert.Contains(wanted.ToString(), message, StringComparison.Ordinal);
        Assert.Contains(Digest.Of(_content).ToString(), message, StringComparison.Ordinal);
    }

    // reliability F7
    [Fact]
    public async Task F7_AnotherAddressWithTheSameChecksum_IsFetchedAndFails()
    {
        var checksum = Digest.Of(_content);
        await _bench.BuildAsync(LlbState.Http(_bench.Url("one"), new HttpSourceOptions { Checksum = checksum, FileName = "f" }));
        _content = "other"u8.ToArray();
        Assert.Equal("MBK2022", (await _bench.FailAsync(LlbState.Http(_bench.Url("two"), new HttpSourceOptions { Checksum = checksum, FileName = "f" }))).Code);
    }

    [Fact]
    public async Task Build_LayerAndBytesWereCollected_AreMadeAgain()
    {
        _headers = c => c.Response.Headers.ETag = "\"one\"";
        var first = await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        await _bench.ReopenAsync();
        foreach (var blob in Directory.EnumerateFiles(_bench.Folder["store/blobs"], "*", SearchOption.AllDirectories)) File.Delete(blob);
        Assert.Equal(first.Layers, (await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))).Layers);
        Assert.Equal([200, 304, 200], _bench.Server.Requests.Select(r => r.Status));
    }

    [Fact]
    public async Task Build_Store_IsCleanForVerify()
    {
        _headers = c => c.Response.Headers.ETag = "\"one\"";
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        Assert.Empty((await new StoreVerifier(_bench.Store.Root, 2).VerifyAsync(false, default)).Faults);
    }

    [Fact]
    public async Task Build_ConnectionThatBreaks_GoesOnWhereItBroke()
    {
        _content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i};")));
        var asked = new List<string?>();
        _bench.Server.Handler = async context =>
        {
            asked.Add(context.Request.Headers.Range);
            context.Response.Headers.ETag = "\"one\"";
            var from = context.Request.Headers.Range.ToString() is { Length: > 0 } range ? int.Parse(range["bytes=".Length..^1], null) : 0;
            if (from > 0) (context.Response.StatusCode, context.Response.Headers.ContentRange) = (206, $"bytes {from}-{_content.Length - 1}/{_content.Length}");
            context.Response.ContentLength = _content.Length - from;
            await context.Response.Body.WriteAsync(_content.AsMemory(from, from == 0 ? 200_000 : _content.Length - from));
            await context.Response.Body.FlushAsync();
            if (from == 0) context.Abort();
        };
        var lines = await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("x"))));
        Assert.Equal("File 600 0:0 0 x " + Encoding.ASCII.GetString(_content), Assert.Single(lines));
        Assert.True(asked.Count >= 2 && asked[1]!.StartsWith("bytes=", StringComparison.Ordinal), string.Join(',', asked));
    }

    [Fact]
    public async Task Build_ConnectionThatBreaksOfAFileWithoutATag_BeginsAnew()
    {
        var calls = 0;
        _bench.Server.Handler = async context =>
        {
            context.Response.ContentLength = 6;
            await context.Response.Body.WriteAsync(++calls == 1 ? "abc"u8.ToArray() : "second"u8.ToArray());
            await context.Response.Body.FlushAsync();
            if (calls == 1) context.Abort();
        };
        Assert.Equal(["File 600 0:0 0 x second"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("x")))));
    }

    [Theory]
    [InlineData(401, "MBK1412", 1)]
    [InlineData(403, "MBK1412", 1)]
    [InlineData(404, "MBK1413", 1)]
    [InlineData(410, "MBK1413", 1)]
    [InlineData(400, "MBK1414", 1)]
    [InlineData(204, "MBK1414", 1)]
    [InlineData(503, "MBK1414", 8)]
    public async Task Build_ServerThatRefuses_IsToldOf(int status, string code, int tries)
    {
        _headers = c => c.Response.StatusCode = status;
        var (found, message) = await _bench.FailAsync(LlbState.Http(_bench.Url("x?sig=c4nary"), name: "n"));
        Assert.Equal((code, tries), (found, _bench.Server.Requests.Count));
        Assert.DoesNotContain("c4nary", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_ServerThatIsBusyAtFirst_IsAskedAgain()
    {
        var calls = 0;
        _headers = c => c.Response.StatusCode = ++calls < 3 ? 503 : 200;
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Build_NobodyThere_IsUnreachable()
    {
        await _bench.Server.DisposeAsync();
        Assert.Equal("MBK1411", (await _bench.FailAsync(LlbState.Http(_bench.Url("x")))).Code);
    }

    // reliability E9
    [Fact]
    public async Task E9_ServerThatFallsSilent_IsGivenUp()
    {
        _bench.IdleTimeout = TimeSpan.FromMilliseconds(200);
        _bench.Server.Handler = async context =>
        {
            await context.Response.Body.WriteAsync("a"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        Assert.Equal("MBK1411", (await _bench.FailAsync(LlbState.Http(_bench.Url("x")))).Code);
    }

    [Fact]
    public async Task Build_Cancelled_EndsAtOnceAndLeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        _bench.Server.Handler = async context =>
        {
            await context.Response.Body.WriteAsync(new byte[100_000]);
            await context.Response.Body.FlushAsync();
            cancel.CancelAfter(100);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.BuildAsync(LlbState.Http(_bench.Url("x")), cancel.Token).WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Empty(Directory.EnumerateFiles(_bench.Folder["store/ingest"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Build_FileLargerThanAllowed_IsRefused(bool says)
    {
        (_content, _bench.MostBytes) = (new byte[2000], 1000);
        _headers = c => c.Items["chunked"] = !says;
        Assert.Equal("MBK1415", (await _bench.FailAsync(LlbState.Http(_bench.Url("x")))).Code);
    }

    [Theory]
    [InlineData("https://127.0.0.1:1/a b")]
    [InlineData("https:///x")]
    public async Task Build_AddressThatIsNone_IsRefused(string address)
    {
        var (code, _) = await _bench.FailAsync(LlbState.Http(address));
        Assert.Contains(code, new[] { "MBK2021", "MBK2001" });
    }

    [Fact]
    public async Task Build_Pins_TellProvenanceAddressAndDigest()
    {
        var state = LlbState.Http(_bench.Url("x").Replace("http://", "http://me:c4nary@", StringComparison.Ordinal));
        await _bench.BuildAsync(state);
        var pin = Assert.Single(_bench.Pins.Of(LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex));
        Assert.Equal((_bench.Url("x"), "sha256", Digest.Of(_content).Hex), (pin.Uri, pin.Algorithm, pin.Value));
        Assert.All(_bench.Events, e => Assert.DoesNotContain("c4nary", e.ToString(), StringComparison.Ordinal));
    }

    private static byte[] Packed(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var pack = new GZipStream(packed, CompressionMode.Compress)) pack.Write(plain);
        return packed.ToArray();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        _headers(context);
        var (asked, response) = (context.Request.Headers, context.Response);
        var unchanged = !context.Items.ContainsKey("plain")
            && (asked.IfNoneMatch.ToString() is { Length: > 0 } tag && tag == response.Headers.ETag || asked.IfModifiedSince.ToString() is { Length: > 0 } && response.Headers.ETag.Count == 0);
        if (unchanged && response.StatusCode == 200) response.StatusCode = 304;
        if (response.StatusCode != 200) return;
        if (!Equals(context.Items["chunked"], true)) response.ContentLength = _content.Length;
        await response.Body.WriteAsync(_content);
    }
}
