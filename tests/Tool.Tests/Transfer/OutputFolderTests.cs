using MsBuildKit.TestKit;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Transfer;

public sealed class OutputFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReceiveAsync_IntoANewFolder_WritesModesTimesAndLinks()
    {
        var tree = new GivenTree().Folder("d").File("d/run", "x", 77_000_000_000, 0b111_101_000).Link("l", "d/run").File("empty", "");
        tree.Entries[0].Mode = EntryMode.Directory | 0b101_101_101;
        tree.Entries[0].ModTime = 55_000_000_000;

        await WriteAsync(tree, delete: false);

        Assert.Equal("x", File.ReadAllText(_folder["out/l"]));
        Assert.Equal("d/run", new FileInfo(_folder["out/l"]).LinkTarget);
        Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(_folder["out/d/run"]));
        Assert.Equal((UnixFileMode)0b101_101_101, File.GetUnixFileMode(_folder["out/d"]));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(77), File.GetLastWriteTimeUtc(_folder["out/d/run"]));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(55), Directory.GetLastWriteTimeUtc(_folder["out/d"]));
        Assert.Equal(["d", "empty", "l"], Names());
        File.SetUnixFileMode(_folder["out/d"], (UnixFileMode)0b111_101_101);
    }

    [Theory]
    [InlineData(false, "d,mine,new")]
    [InlineData(true, "d,new")]
    public async Task ReceiveAsync_OverWhatIsThere_DeletesOthersWhenAskedTo(bool delete, string expected)
    {
        _folder.Write("out/mine", "1");
        _folder.Write("out/d/other", "1");
        _folder.Write("out/new/was/a/folder", "1");

        await WriteAsync(new GivenTree().Folder("d").File("new", "2"), delete);

        Assert.Equal(expected, string.Join(',', Names()));
        Assert.Equal("2", File.ReadAllText(_folder["out/new"]));
        Assert.Equal(!delete, File.Exists(_folder["out/d/other"]));
    }

    [Fact]
    public async Task ReceiveAsync_WhereALinkLeadsOut_WritesAndDeletesNothingThere()
    {
        _folder.Write("outside/keep", "1");
        Directory.CreateDirectory(_folder["out"]);
        foreach (var name in new[] { "a", "b", "c" }) Directory.CreateSymbolicLink(_folder[$"out/{name}"], _folder["outside"]);
        File.CreateSymbolicLink(_folder["out/f"], _folder["outside/keep"]);

        await WriteAsync(new GivenTree().Folder("a").File("a/x", "2").Link("b", "elsewhere").File("f", "3"), delete: true);

        Assert.Equal(["keep"], Directory.EnumerateFileSystemEntries(_folder["outside"]).Select(p => Path.GetFileName(p)));
        Assert.Equal("1", File.ReadAllText(_folder["outside/keep"]));
        Assert.Equal(["a", "b", "f"], Names());
        Assert.Null(new DirectoryInfo(_folder["out/a"]).LinkTarget);
    }

    [Fact]
    public async Task ReceiveAsync_WhereNothingCanBeWritten_SaysSo()
    {
        _folder.Write("out", "a file");

        var error = await Assert.ThrowsAsync<TransferException>(() => OutputFolder.ReceiveAsync(_folder["out"], false, MemoryChannel.Pair().Receiver, TestContext.Current.CancellationToken));

        Assert.Equal("MBK2545", error.Code);
    }

    private Task WriteAsync(GivenTree tree, bool delete) => Transfers.SendAsync(tree, c => OutputFolder.ReceiveAsync(_folder["out"], delete, c, TestContext.Current.CancellationToken));

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(_folder["out"]).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal);
}
