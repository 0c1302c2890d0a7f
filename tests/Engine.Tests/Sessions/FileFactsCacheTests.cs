using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Sessions;

public sealed class FileFactsCacheTests : IDisposable
{
    private static readonly DateTime s_old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_File_TellsDigestsAndSize()
    {
        _folder.Write("a", "hello");
        var facts = Assert.Single(await ReadAsync("a"));
        Assert.Equal(Digest.Of("hello"u8), facts.Sha256);
        Assert.Equal("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", facts.Sha1);
        Assert.Equal(5, facts.Size);
    }

    [Fact]
    public async Task Read_Unchanged_TrustsWhatWasKept()
    {
        // A cache that remembers a lie shows that it was asked and the file was not.
        _folder.Write("a", "hello");
        await ReadAsync("a", Later);
        ReplaceKept("hello"u8, "kept!"u8);
        Assert.Equal(Digest.Of("kept!"u8), (await ReadAsync("a", Later))[0].Sha256);
    }

    [Theory]
    [InlineData("same size")]
    [InlineData("same size and time")]
    [InlineData("same size and time of another file")]
    [InlineData("replaced by rename")]
    [InlineData("replaced by a link")]
    [InlineData("longer")]
    public async Task Read_Changed_IsNeverStale(string how)
    {
        var path = _folder.Write("a", "hello");
        var other = _folder.Write("other", "HELLO");
        File.SetLastWriteTimeUtc(path, s_old);
        File.SetLastWriteTimeUtc(other, s_old);
        await ReadAsync("a", Later);
        switch (how)
        {
            case "same size": File.WriteAllText(path, "HELLO"); break;
            case "same size and time":
                File.WriteAllText(path, "HELLO");
                File.SetLastWriteTimeUtc(path, s_old);
                break;
            case "same size and time of another file":
                File.WriteAllText(path, "HELLO");
                (await Command.RunAsync("touch", ["-r", other, path])).Succeeded();
                break;
            case "replaced by rename": File.Move(other, path, overwrite: true); break;
            case "replaced by a link":
                File.Delete(path);
                File.CreateSymbolicLink(path, other);
                break;
            default: File.AppendAllText(path, " world"); break;
        }
        Assert.Equal(Digest.Of(File.ReadAllBytes(path)), (await ReadAsync("a", Later))[0].Sha256);
    }

    [Fact]
    public async Task Read_InTheTickOfAChange_IsReadAgainNextTime()
    {
        _folder.Write("a", "hello");
        await ReadAsync("a", new FixedTime(DateTimeOffset.UnixEpoch));
        ReplaceKept("hello"u8, "kept!"u8);
        Assert.Equal(Digest.Of("hello"u8), (await ReadAsync("a", Later))[0].Sha256);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(40)]
    [InlineData(100)]
    [InlineData(-1)]
    public async Task Read_DamagedCache_IsAMiss(int at)
    {
        _folder.Write("a", "hello");
        await ReadAsync("a", Later);
        var kept = Directory.GetFiles(_folder["facts"]).Single();
        var bytes = File.ReadAllBytes(kept);
        bytes[at < 0 ? bytes.Length - 1 : at] ^= 1;
        File.WriteAllBytes(kept, bytes);
        Assert.Equal(Digest.Of("hello"u8), (await ReadAsync("a", Later))[0].Sha256);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(32)]
    [InlineData(60)]
    public async Task Read_CutCache_IsAMiss(int length)
    {
        _folder.Write("a", "hello");
        await ReadAsync("a", Later);
        var kept = Directory.GetFiles(_folder["facts"]).Single();
        File.WriteAllBytes(kept, File.ReadAllBytes(kept)[..length]);
        Assert.Equal(Digest.Of("hello"u8), (await ReadAsync("a", Later))[0].Sha256);
    }

    [Fact]
    public async Task Read_CacheThatCannotBeWritten_OnlyCostsReading()
    {
        _folder.Write("a", "hello");
        _folder.Write("facts", "a file where the folder should be");
        Assert.Equal(5, (await ReadAsync("a", Later))[0].Size);
    }

    [Fact]
    public async Task Read_ManyFiles_KeepsTheirOrder()
    {
        var names = Enumerable.Range(0, 300).Select(i => $"f{i}").ToArray();
        foreach (var name in names) _folder.Write(name, name);
        for (var round = 0; round < 2; round++)
            Assert.Equal(names.Select(n => Digest.Of(System.Text.Encoding.ASCII.GetBytes(n))), (await ReadAsync(names, Later)).Select(f => f.Sha256));
    }

    [Fact]
    public async Task Read_MissingFile_NamesIt()
    {
        var error = await Assert.ThrowsAsync<SessionException>(() => ReadAsync("nothing"));
        Assert.Equal("MBK1801", error.Code);
        Assert.Contains(_folder["nothing"], error.Message);
    }

    [Fact]
    public async Task Read_FileThatNeverHoldsStill_EndsWithItsName()
    {
        var path = _folder.Write("log", "x");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) File.AppendAllText(path, new string('x', 5000));
        });
        try
        {
            // Whether it is caught in a quiet moment or not is chance; that it ends is not.
            await ReadAsync("log");
        }
        catch (SessionException e)
        {
            Assert.Equal("MBK1804", e.Code);
            Assert.Contains(path, e.Message);
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }
    }

    [Fact]
    public void Read_FileThatHasGrown_EndsSoonAfterWhatWasExpected()
    {
        File.WriteAllBytes(_folder["log"], new byte[50_000_000]);
        Assert.InRange(FileReader.Read(_folder["log"], 10).Size, 11, 1_000_000);
        Assert.Equal(50_000_000, FileReader.Read(_folder["log"], 50_000_000).Size);
    }

    private static FixedTime Later => new(DateTimeOffset.UtcNow.AddDays(1));

    private Task<IReadOnlyList<FileFacts>> ReadAsync(string name, TimeProvider? time = null) => ReadAsync([name], time);

    private Task<IReadOnlyList<FileFacts>> ReadAsync(string[] names, TimeProvider? time = null) =>
        new FileFactsCache(_folder["facts"], time ?? TimeProvider.System).ReadAsync(new LocalTree("t", [.. names.Select(n => new LocalFile(n, _folder[n]))]), default);

    // Puts another digest into the cache file, and its checksum right.
    private void ReplaceKept(ReadOnlySpan<byte> was, ReadOnlySpan<byte> becomes)
    {
        var kept = Directory.GetFiles(_folder["facts"]).Single();
        var bytes = File.ReadAllBytes(kept);
        var at = bytes.AsSpan().IndexOf(Convert.FromHexString(Digest.Of(was).Hex));
        Convert.FromHexString(Digest.Of(becomes).Hex).CopyTo(bytes, at);
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(32)).CopyTo(bytes, 0);
        File.WriteAllBytes(kept, bytes);
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
