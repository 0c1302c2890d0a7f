using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Tests.Daemon.Sessions;

/// <summary>Stores of the client, read and written.</summary>
public sealed class SessionContentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(3_000_000)]
    public async Task Find_Content_ComesWhole(int length)
    {
        var store = new FakeContent("oci:tools");
        var bytes = Bytes(length);
        var digest = store.Add(bytes);
        await using var client = await FakeClient.StartAsync(store);
        var content = new SessionContent(client.Session, SessionContent.OfLayout("tools"));
        Assert.Equal(length, await content.FindSizeAsync(digest, Token));
        Assert.Equal(bytes, await ReadAsync(await content.FindAsync(digest, Token)));
    }

    [Fact]
    public async Task Find_WhatIsNotThere_IsNull()
    {
        var store = new FakeContent("oci:tools");
        var digest = store.Add([1]);
        await using var client = await FakeClient.StartAsync(store);
        Assert.Null(await new SessionContent(client.Session, SessionContent.OfLayout("tools")).FindAsync(Digest.Of([2]), Token));
        Assert.Null(await new SessionContent(client.Session, SessionContent.OfLayout("others")).FindSizeAsync(digest, Token));
    }

    [Fact]
    public async Task Find_ContentThatIsAnother_FailsBeforeItsEnd()
    {
        var store = new FakeContent("oci:tools");
        store.Blobs[Digest.Of([1]).ToString()] = [2];
        await using var client = await FakeClient.StartAsync(store);
        var stream = await new SessionContent(client.Session, SessionContent.OfLayout("tools")).FindAsync(Digest.Of([1]), Token);
        Assert.Equal("MBK2532", (await Assert.ThrowsAsync<DaemonException>(() => ReadAsync(stream))).Code);
    }

    [Fact]
    public async Task Find_LeftHalfRead_LeavesTheSessionUsable()
    {
        var store = new FakeContent("oci:tools");
        var digest = store.Add(Bytes(3_000_000));
        await using var client = await FakeClient.StartAsync(store);
        var content = new SessionContent(client.Session, SessionContent.OfLayout("tools"));
        await using (var stream = await content.FindAsync(digest, Token)) await stream!.ReadExactlyAsync(new byte[10], Token);
        Assert.Equal(3_000_000, await content.FindSizeAsync(digest, Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_000_000)]
    public async Task Write_Content_IsThereOnceAndNotSentTwice(int length)
    {
        var store = new FakeContent(SessionContent.Export);
        await using var client = await FakeClient.StartAsync(store);
        var (bytes, writer) = (Bytes(length), new SessionContentWriter(client.Session, SessionContent.Export));
        var blob = Descriptor.Of(MediaTypes.OciLayer, bytes);
        await writer.WriteAsync(blob, new MemoryStream(bytes), Token);
        var writes = store.Writes;
        await writer.WriteAsync(blob, new MemoryStream(bytes), Token);
        Assert.Equal(bytes, store.Blobs[blob.Digest.ToString()]);
        Assert.Equal(writes, store.Writes);
    }

    [Fact]
    public async Task Write_ToAStoreThatKeepsSomethingElse_Fails()
    {
        await using var client = await FakeClient.StartAsync(new FakeContent(SessionContent.Export) { IsBroken = true });
        var write = new SessionContentWriter(client.Session, SessionContent.Export).WriteAsync(Descriptor.Of(MediaTypes.OciLayer, [1]), new MemoryStream([1]), Token);
        Assert.Equal("MBK2532", (await Assert.ThrowsAsync<DaemonException>(() => write)).Code);
    }

    [Fact]
    public async Task Write_ToAStoreThatIsNotThere_SaysWhatTheClientSaid()
    {
        await using var client = await FakeClient.StartAsync(new FakeContent("oci:tools"));
        var write = new SessionContentWriter(client.Session, SessionContent.Export).WriteAsync(Descriptor.Of(MediaTypes.OciLayer, [1]), new MemoryStream([1]), Token);
        var error = await Assert.ThrowsAsync<DaemonException>(() => write);
        Assert.Equal("MBK2530", error.Code);
        Assert.Contains("unknown store", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ToAClientWithoutStores_Fails()
    {
        await using var client = await FakeClient.StartAsync(new FakeAgent("default"));
        var write = new SessionContentWriter(client.Session, SessionContent.Export).WriteAsync(Descriptor.Of(MediaTypes.OciLayer, [1]), new MemoryStream([1]), Token);
        Assert.Equal("MBK2531", (await Assert.ThrowsAsync<DaemonException>(() => write)).Code);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(Stream? stream)
    {
        await using (stream)
        {
            var read = new MemoryStream();
            await stream!.CopyToAsync(read, Token);
            return read.ToArray();
        }
    }
}
