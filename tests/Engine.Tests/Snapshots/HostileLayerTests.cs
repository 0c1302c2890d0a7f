using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Snapshots;

/// <summary>Layers that somebody made to hurt whoever reads them.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private readonly TempFolder _folder = new("hostile");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task C1_C9_Breakouts_AreReadAsNamesWithinTheImageOrRefused(Compression compression)
    {
        var sentinel = new Sentinel(_folder["outside"]);
        foreach (var breakout in Breakouts.All(sentinel.Root))
            foreach (var layer in breakout.Layers)
            {
                var paths = new List<string>();
                var error = await Record.ExceptionAsync(() => ReadAsync(Packing.Pack(layer, compression), compression, Digest.Of(layer), paths));
                Assert.True(error is null or SnapshotException, $"{breakout.Name}: {error}");
                Assert.All(paths, p => Assert.DoesNotContain(p.Split('/'), part => part is ".." or "." || (part.Length == 0 && p.Length > 0)));
            }
        Assert.True(sentinel.IsIntact);
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task C6_LayerCutAnywhere_IsRefusedAtTheEnd(Compression compression)
    {
        var noise = new byte[60_000];
        new Random(6).NextBytes(noise);
        var plain = new RawTar().Folder("etc").File("etc/passwd", "app:x:1:1::/:\n").Add('0', "noise", content: noise).File("last", "x").ToArray();
        var blob = Packing.Pack(plain, compression);
        var random = new Random(66);
        foreach (var length in Enumerable.Range(0, 100).Select(_ => random.Next(blob.Length)).Concat([0, 1, blob.Length - 1, blob.Length - 4, blob.Length - 8]))
        {
            var error = await Record.ExceptionAsync(() => ReadAsync(blob[..length], compression, Digest.Of(plain)));
            // What follows the checksum of gzip's last block is not needed to have every byte of the content.
            if (error is null && compression == Compression.Gzip && length >= blob.Length - 8) continue;
            Assert.True(error is SnapshotException { Code: "MBK1502" }, $"cut at {length} of {blob.Length}: {error}");
        }
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task C6_LayerWithAnyBitFlipped_IsRefusedOrHasTheSameContent(Compression compression)
    {
        var plain = new RawTar().File("etc/passwd", "app:x:1:1::/:\n").File("a", "hello").ToArray();
        var blob = Packing.Pack(plain, compression);
        for (var i = 0; i < blob.Length; i++)
        {
            var flipped = (byte[])blob.Clone();
            flipped[i] ^= 1;
            var error = await Record.ExceptionAsync(() => ReadAsync(flipped, compression, Digest.Of(plain)));
            Assert.True(error is SnapshotException || (error is null && compression != Compression.None), $"byte {i}: {error}");
        }
    }

    [Theory]
    [InlineData('S')]
    [InlineData('M')]
    [InlineData('N')]
    [InlineData('D')]
    [InlineData('V')]
    [InlineData('Z')]
    public async Task C7_EntryThatToolsReadInTwoWays_IsRefused(char type) =>
        Assert.Equal("MBK1502", (await FailAsync(new RawTar().Add(type, "etc/passwd", content: "app:x:0:0::/:\n"u8.ToArray()))).Code);

    [Fact]
    public async Task C7_SparseFileByRecords_IsRefused() =>
        Assert.Equal("MBK1502", (await FailAsync(new RawTar().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "5")).File("etc/passwd", "x"))).Code);

    [Theory]
    [InlineData("size", "-1")]
    [InlineData("size", "99999999999999999999")]
    [InlineData("size", "9223372036854775807")]
    [InlineData("size", "1e3")]
    [InlineData("uid", "-1")]
    [InlineData("uid", "99999999999999999999")]
    [InlineData("gid", "x")]
    [InlineData("mtime", "1e400")]
    [InlineData("mtime", "-99999999999999999999999")]
    [InlineData("mtime", "NaN")]
    [InlineData("path", "")]
    [InlineData("path", "a\0b")]
    [InlineData("linkpath", "")]
    [InlineData("SCHILY.devmajor", "-5")]
    [InlineData("hdrcharset", "BINARY")]
    public async Task C5_AbsurdRecords_AreReadOrRefusedInWordsOfOurs(string key, string value)
    {
        foreach (var type in "0125")
        {
            var tar = new RawTar().Pax((key, value)).Add(type, "a", "b", type == '0' ? "hello"u8.ToArray() : null).ToArray();
            var error = await Record.ExceptionAsync(() => ReadAsync(tar, Compression.None, Digest.Of(tar)));
            Assert.True(error is null or BuildException, $"{type}: {error}");
        }
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 511)]
    [InlineData(1L << 62)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task C5_AbsurdSizes_AreRefused(long size)
    {
        foreach (var type in "05SxgLK")
        {
            var tar = new RawTar().Add(type, "a", size: size).File("b", "x").ToArray();
            var error = await Record.ExceptionAsync(() => ReadAsync(tar, Compression.None, Digest.Of(tar)));
            // A folder has no content whatever its header says.
            Assert.True(error is BuildException || (error is null && type == '5'), $"{type}: {error}");
        }
    }

    [Fact]
    public async Task D4_NameThatWouldStartALineOfItsOwn_StaysInTheMessage()
    {
        var error = await FailAsync(new RawTar().File("../x\n##vso[task.setvariable variable=a]b\u001b]0;title\u0007", "x"));
        Assert.Equal("MBK1503", error.Code);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public async Task C5_NameOfAMebibyte_IsCutInTheMessage()
    {
        var error = await FailAsync(new RawTar().File("../" + new string('a', 900_000), "x"));
        Assert.InRange(error.Message.Length, 100, 5000);
    }

    private static async Task<SnapshotException> FailAsync(RawTar tar) =>
        await Assert.ThrowsAsync<SnapshotException>(() => ReadAsync(tar.ToArray(), Compression.None, Digest.Of(tar.ToArray())));

    private static Task ReadAsync(byte[] blob, Compression compression, Digest diffId, List<string>? paths = null) => LayerReader.ReadAsync(new MemoryStream(blob), compression, diffId, async (entry, content) =>
    {
        paths?.Add(entry.Path);
        if (content is not null) await content.CopyToAsync(Stream.Null);
    }, default);
}
