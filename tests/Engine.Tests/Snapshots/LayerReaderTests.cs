using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Namespaces;

namespace MsBuildKit.Engine.Tests.Snapshots;

public sealed class LayerReaderTests
{
    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/../x")]
    [InlineData("./..")]
    public async Task Read_EntryThatClimbsOut_IsRefused(string name)
    {
        var tar = Tar(new PaxTarEntry(TarEntryType.RegularFile, name));
        Assert.Equal("MBK1503", (await FailAsync(tar)).Code);
    }

    [Fact]
    public async Task Read_HardLinkThatClimbsOut_IsRefused()
    {
        var tar = Tar(new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = "../../etc/shadow" });
        Assert.Equal("MBK1503", (await FailAsync(tar)).Code);
    }

    [Theory]
    [InlineData("./a/b", "a/b")]
    [InlineData("/a/b", "a/b")]
    [InlineData("a//b/.", "a/b")]
    [InlineData("./", "")]
    public async Task Read_OneOfManySpellings_GivesOnePath(string name, string path) =>
        Assert.Equal([path], await ListAsync(Tar(new PaxTarEntry(TarEntryType.Directory, name))));

    [Fact]
    public async Task Read_PrefixBehindAPaxHeaderWithoutAPath_IsPartOfThePath()
    {
        var path = $"{new string('d', 60)}/etc/{new string('f', 60)}";
        byte[] tar = [.. TarHeader.Encode(new TreeEntry { Path = path, Type = TreeEntryType.File, Mode = 0, Uid = int.MaxValue }), .. new byte[1024]];
        Assert.Equal([path], await ListAsync(tar));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    public async Task Read_ATarWithoutTheEmptyBlocksAtItsEnd_IsWhole(int size)
    {
        var tar = Tar(new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(new byte[size]) });
        Assert.Equal(["a"], await ListAsync(tar[..^1024]));
    }

    [Fact]
    public async Task Read_ATarThatEndsInAFile_IsCutOff()
    {
        var tar = Tar(new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(new byte[700]) });
        await FailAsync(tar[..^1536]);
        await FailAsync(tar[..^2048]);
    }

    [Fact]
    public async Task Read_SymbolicLink_IsLeftAsWritten()
    {
        var tar = Tar(new PaxTarEntry(TarEntryType.SymbolicLink, "a") { LinkName = "../../etc/passwd" });
        await LayerReader.ReadAsync(new MemoryStream(tar), Compression.None, Digest.Of(tar), (entry, content) =>
        {
            Assert.Equal("../../etc/passwd", entry.Link);
            Assert.Null(content);
            return ValueTask.CompletedTask;
        }, default);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 2, 0, 0x24, 0, 0 })]
    [InlineData(new byte[] { 0xff, 0xfe, 0x80 })]
    [InlineData(new byte[] { (byte)'=', (byte)' ', (byte)'=' })]
    [InlineData(new byte[] { 1, (byte)'\n', 2 })]
    [InlineData(new byte[] { (byte)'\n' })]
    public async Task Read_ExtendedAttributes_AreBytesAndOfTheirEntryAlone(byte[] value)
    {
        var first = new TreeEntry { Path = "a", Type = TreeEntryType.File, Mode = 0, Xattrs = new Dictionary<string, byte[]> { ["security.capability"] = value, ["user.none"] = [] } };
        byte[] tar = [.. TarHeader.Encode(first), .. TarHeader.Encode(new TreeEntry { Path = "b", Type = TreeEntryType.File, Mode = 0 }), .. new byte[1024]];
        var seen = new List<TreeEntry>();
        await LayerReader.ReadAsync(new MemoryStream(tar), Compression.None, Digest.Of(tar), (entry, _) =>
        {
            seen.Add(entry);
            return ValueTask.CompletedTask;
        }, default);
        Assert.Equal(value, seen[0].Xattrs!["security.capability"]);
        Assert.Equal([], seen[0].Xattrs!["user.none"]);
        Assert.Null(seen[1].Xattrs);
    }

    [Fact]
    public async Task Read_WrongDiffId_IsRefusedAtTheEnd()
    {
        var tar = Tar(Small());
        var error = await Assert.ThrowsAsync<SnapshotException>(() => ListAsync(tar, Compression.None, Digest.Of("other"u8)));
        Assert.Equal("MBK1502", error.Code);
    }

    [Fact]
    public async Task Read_ContentNobodyReads_CountsAllTheSame()
    {
        var tar = Tar(new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(new byte[100_000]) });
        Assert.Equal(["a"], await ListAsync(tar));
        tar[50_000] ^= 1;
        await Assert.ThrowsAsync<SnapshotException>(() => ListAsync(tar, Compression.None, Digest.Of(Tar(new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(new byte[100_000]) }))));
    }

    [Fact]
    public async Task Read_GzipOfSeveralMembers_IsReadWhole()
    {
        var tar = Tar(Small());
        byte[] gzip = [.. Gzip(tar[..700]), .. Gzip(tar[700..1500]), .. Gzip(tar[1500..])];
        Assert.Equal(["a"], await ListAsync(gzip, Compression.Gzip, Digest.Of(tar)));
    }

    [Fact]
    public async Task Read_GzipWhoseLastMemberIsMissing_IsRefused()
    {
        var tar = Tar(Small());
        byte[] gzip = [.. Gzip(tar[..700]), .. Gzip(tar[700..1500])];
        Assert.Equal("MBK1502", (await Assert.ThrowsAsync<SnapshotException>(() => ListAsync(gzip, Compression.Gzip, Digest.Of(tar)))).Code);
    }

    [Fact]
    public async Task Read_GarbageBehindTheTar_IsNoContent()
    {
        var tar = Tar(Small());
        byte[] longer = [.. tar, .. "garbage"u8];
        Assert.Equal("MBK1502", (await Assert.ThrowsAsync<SnapshotException>(() => ListAsync(longer, Compression.None, Digest.Of(tar)))).Code);
        // Behind the compressed data it never gets as far as being content.
        Assert.Equal(["a"], await ListAsync([.. Gzip(tar), .. "garbage"u8], Compression.Gzip, Digest.Of(tar)));
    }

    [Theory]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task Read_NotWhatTheMediaTypeSays_IsRefused(Compression compression)
    {
        var tar = Tar(Small());
        Assert.Equal("MBK1502", (await Assert.ThrowsAsync<SnapshotException>(() => ListAsync(tar, compression, Digest.Of(tar)))).Code);
        Assert.Equal("MBK1502", (await Assert.ThrowsAsync<SnapshotException>(() => ListAsync([], compression, Digest.Of(tar)))).Code);
    }

    // In a process of its own: several threads read, and what they need is not to be mixed with what other tests do.
    [Fact]
    public Task Read_Bomb_IsReadInBoundedMemory() => InsideProcess.RunAsync(false, ReadBombAsync);

    private static async Task ReadBombAsync(string folder)
    {
        // A gibibyte of zeros in a mebibyte of gzip.
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Header("big", '0', 1L << 30));
            var block = new byte[1 << 20];
            for (var i = 0; i < 1 << 10; i++) gzip.Write(block);
            gzip.Write(new byte[1024]);
        }
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Assert.ThrowsAsync<SnapshotException>(() => ListAsync(output.ToArray(), Compression.Gzip, Digest.Of("other"u8)));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64 << 20);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public async Task Read_HeaderOfHeaders_ThatIsHuge_IsRefusedBeforeItIsHeld(char type)
    {
        var error = await Assert.ThrowsAsync<SnapshotException>(() => LayerReader.ReadAsync(
            new EndlessStream([.. Header("pax", type, 1L << 30)]), Compression.None, Digest.Of("x"u8), (_, _) => ValueTask.CompletedTask, default));
        Assert.Equal("MBK1502", error.Code);
        Assert.Contains("header", error.Message);
    }

    [Fact]
    public async Task Read_HugeHeaderHiddenBehindALyingSize_IsRefused()
    {
        // The record says that the file is empty though its header says otherwise: what follows is a header again.
        var record = Encoding.ASCII.GetBytes("10 size=0\n");
        byte[] tar = [.. Header("pax", 'x', record.Length), .. record, .. new byte[512 - record.Length], .. Header("a", '0', 1L << 32), .. Header("pax", 'x', 1L << 30)];
        var error = await Assert.ThrowsAsync<SnapshotException>(() => LayerReader.ReadAsync(new EndlessStream(tar), Compression.None, Digest.Of("x"u8), (_, _) => ValueTask.CompletedTask, default));
        Assert.Equal("MBK1502", error.Code);
    }

    [Fact]
    public async Task Read_MutatedTars_FailOnlyInWordsOfOurs()
    {
        var tar = Tar(
            new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream("hello"u8.ToArray()), ModificationTime = DateTimeOffset.UnixEpoch },
            new GnuTarEntry(TarEntryType.SymbolicLink, new string('l', 150)) { LinkName = new string('t', 150), ModificationTime = DateTimeOffset.UnixEpoch },
            new UstarTarEntry(TarEntryType.CharacterDevice, "d") { ModificationTime = DateTimeOffset.UnixEpoch });
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            var mutated = (byte[])tar.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            Checksums(mutated);
            try
            {
                await ListAsync(mutated);
            }
            catch (BuildException)
            {
                // In words of ours: anything else fails the test.
            }
        }
    }

    [Fact]
    public async Task Read_Cancelled_Stops()
    {
        using var cancel = new CancellationTokenSource();
        var tar = Tar(Small(), new PaxTarEntry(TarEntryType.RegularFile, "b") { DataStream = new MemoryStream(new byte[1000]) });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LayerReader.ReadAsync(new MemoryStream(tar), Compression.None, Digest.Of(tar), (_, _) =>
        {
            cancel.Cancel();
            return ValueTask.CompletedTask;
        }, cancel.Token));
    }

    private static PaxTarEntry Small() => new(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream("hello"u8.ToArray()) };

    private static async Task<SnapshotException> FailAsync(byte[] tar) => await Assert.ThrowsAsync<SnapshotException>(() => ListAsync(tar));

    private static Task<List<string>> ListAsync(byte[] tar) => ListAsync(tar, Compression.None, Digest.Of(tar));

    private static async Task<List<string>> ListAsync(byte[] blob, Compression compression, Digest diffId)
    {
        var paths = new List<string>();
        await LayerReader.ReadAsync(new MemoryStream(blob), compression, diffId, (entry, _) =>
        {
            paths.Add(entry.Path);
            return ValueTask.CompletedTask;
        }, default);
        return paths;
    }

    private static byte[] Tar(params TarEntry[] entries)
    {
        var output = new MemoryStream();
        using (var tar = new TarWriter(output, leaveOpen: true))
            foreach (var entry in entries)
            {
                entry.ModificationTime = DateTimeOffset.UnixEpoch;
                tar.WriteEntry(entry);
            }
        return output.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(bytes);
        return output.ToArray();
    }

    private static byte[] Header(string name, char type, long size)
    {
        var block = new byte[512];
        Encoding.ASCII.GetBytes(name, block);
        "0000644\0"u8.CopyTo(block.AsSpan(100));
        "0000000\0"u8.CopyTo(block.AsSpan(108));
        "0000000\0"u8.CopyTo(block.AsSpan(116));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), block.AsSpan(124));
        "00000000000\0"u8.CopyTo(block.AsSpan(136));
        block[156] = (byte)type;
        (type is 'L' or 'K' ? "ustar  \0"u8 : "ustar\x0000"u8).CopyTo(block.AsSpan(257));
        Checksums(block);
        return block;
    }

    // Makes the checksum of every block that looks like a header right, so that mutations get past it.
    private static void Checksums(byte[] tar)
    {
        for (var at = 0; at + 512 <= tar.Length; at += 512)
        {
            var block = tar.AsSpan(at, 512);
            if (!block[257..].StartsWith("ustar"u8)) continue;
            block.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var b in block) sum += b;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", block[148..]);
        }
    }

    /// <summary>Some bytes, then zeros until somebody has asked for far too many.</summary>
    private sealed class EndlessStream(byte[] head) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (_position > 16 << 20) throw new InvalidOperationException("The reader holds what it should have refused.");
            var known = head.AsSpan((int)Math.Min(_position, head.Length));
            var count = known.Length > 0 ? Math.Min(known.Length, buffer.Length) : buffer.Length;
            if (known.Length > 0) known[..count].CopyTo(buffer);
            else buffer[..count].Clear();
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
