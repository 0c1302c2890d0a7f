using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Snapshots;

public sealed class EarlierBlocksTests : IAsyncDisposable
{
    private const string Name = "COPY";
    private static readonly LayerOptions s_gzip = new();

    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;
    private readonly byte[] _content = new byte[9_000_000];

    public EarlierBlocksTests()
    {
        new Random(1).NextBytes(_content.AsSpan(0, _content.Length / 2));
        _store = new LocalContentStore(_folder["store"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Compression.None, 0)]
    [InlineData(Compression.Gzip, 0)]
    [InlineData(Compression.Gzip, 5_000_000)]
    [InlineData(Compression.Gzip, 8_999_999)]
    [InlineData(Compression.Zstd, 5_000_000)]
    public async Task Write_AfterAChange_GivesTheBytesOfAWriteThatRemembersNothing(Compression compression, int changed)
    {
        var options = new LayerOptions(compression);
        await WriteAsync(options);
        _content[changed]++;
        Assert.Equal(await WriteElsewhereAsync(options), (await WriteAsync(options)).Blob.Digest);
    }

    [Fact]
    public async Task Write_AfterAFileBecameLonger_GivesTheBytesOfAWriteThatRemembersNothing()
    {
        await WriteAsync(s_gzip);
        var longer = Entry([1, .. _content]);
        Assert.Equal(await WriteElsewhereAsync(s_gzip, longer), (await WriteAsync(s_gzip, longer)).Blob.Digest);
    }

    [Fact]
    public async Task Find_BlockThatWasWritten_GivesWhatStandsInTheBlob()
    {
        var layer = await WriteAsync(s_gzip);
        var block = Find(Name, s_gzip);
        Assert.NotNull(block);
        Assert.NotEqual(-1, (await File.ReadAllBytesAsync(_store.PathOf(layer.Blob.Digest))).AsSpan().IndexOf(block));
    }

    [Theory]
    [InlineData("RUN", Compression.Gzip, null)]
    [InlineData(Name, Compression.Zstd, null)]
    [InlineData(Name, Compression.Gzip, 9)]
    public async Task Find_UnderAnotherNameOrForAnotherCompressor_GivesNothing(string name, Compression compression, int? level)
    {
        await WriteAsync(s_gzip);
        Assert.Null(Find(name, new LayerOptions(compression, level)));
    }

    [Fact]
    public async Task Find_InABlobThatIsGone_GivesNothing()
    {
        var layer = await WriteAsync(s_gzip);
        File.Delete(_store.PathOf(layer.Blob.Digest));
        Assert.Null(Find(Name, s_gzip));
    }

    [Fact]
    public async Task Write_AfterTheEarlierBlobWasDamaged_GivesTheBytesOfAWriteThatRemembersNothing()
    {
        Spoil(_store.PathOf((await WriteAsync(s_gzip)).Blob.Digest));
        Assert.Null(Find(Name, s_gzip));
        _content[0]++;
        Assert.Equal(await WriteElsewhereAsync(s_gzip), (await WriteAsync(s_gzip)).Blob.Digest);
    }

    [Fact]
    public async Task Write_AfterWhatIsRememberedWasDamaged_GivesTheBytesOfAWriteThatRemembersNothing()
    {
        await WriteAsync(s_gzip);
        foreach (var file in Directory.GetFiles(_folder["store/facts"])) Spoil(file);
        Assert.Null(Find(Name, s_gzip));
        Assert.Equal(await WriteElsewhereAsync(s_gzip), (await WriteAsync(s_gzip)).Blob.Digest);
    }

    // The second block of the layer, in whose first the file begins.
    private byte[]? Find(string name, LayerOptions options)
    {
        using var earlier = EarlierBlocks.Open(_store, name, options);
        var start = (1 << 20) - 512;
        return earlier.Find(Digest.Of(_content.AsSpan(start, 1 << 20)), new byte[2 << 20])?.ToArray();
    }

    private Task<Layer> WriteAsync(LayerOptions options, TreeEntry? entry = null) => LayerWriter.WriteAsync([entry ?? Entry(_content)], _store, options, "test", Name, default);

    private async Task<Digest> WriteElsewhereAsync(LayerOptions options, TreeEntry? entry = null)
    {
        await using var other = new LocalContentStore(_folder["other"]);
        return (await LayerWriter.WriteAsync([entry ?? Entry(_content)], other, options, "test", default)).Blob.Digest;
    }

    private static TreeEntry Entry(byte[] content) =>
        new() { Path = "file", Type = TreeEntryType.File, Mode = 0b110_100_100, Size = content.Length, Open = () => new MemoryStream(content) };

    private static void Spoil(string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(file);
        // All of the middle, so that each block is met.
        for (var i = 100; i < bytes.Length - 100; i += 64) bytes[i]++;
        File.WriteAllBytes(file, bytes);
    }
}
