using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Solving;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Solving;

public sealed class FileCacheIndexTests : IDisposable
{
    private static readonly Digest s_key = Digest.Of("key"u8), s_other = Digest.Of("other"u8);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Save_Record_IsFoundByItsKeyAlone()
    {
        await Index.SaveAsync(s_key, "record"u8.ToArray(), default);
        Assert.Equal("record"u8.ToArray(), await Index.FindAsync(s_key, default));
        Assert.Null(await Index.FindAsync(s_other, default));
        Assert.Single(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Save_WhereNothingCanBeKept_IsOnlyForgotten()
    {
        _folder.Write("index", "a file where the folder should be");
        await Index.SaveAsync(s_key, "record"u8.ToArray(), default);
        Assert.Null(await Index.FindAsync(s_key, default));
    }

    [Fact]
    public async Task Save_Cancelled_IsCancelled() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Index.SaveAsync(s_key, "record"u8.ToArray(), new CancellationToken(canceled: true)));

    [Fact]
    public async Task Find_CutRecord_IsAMiss()
    {
        await Index.SaveAsync(s_key, "record"u8.ToArray(), default);
        File.WriteAllText(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Single(), "");
        Assert.Null(await Index.FindAsync(s_key, default));
    }

    private FileCacheIndex Index => new(_folder["index"], TimeProvider.System);
}
