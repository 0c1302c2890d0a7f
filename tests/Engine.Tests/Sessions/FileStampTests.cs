using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Sessions;

public sealed class FileStampTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_SameFileTwice_IsEqual()
    {
        var path = _folder.Write("a", "hello");
        Assert.Equal(FileStamp.Of(path), FileStamp.Of(path));
        Assert.Equal(5, FileStamp.Of(path).Size);
    }

    [Fact]
    public void Of_Link_IsTheFilesOwn()
    {
        var path = _folder.Write("a", "hello");
        File.CreateSymbolicLink(_folder["link"], path);
        Assert.Equal(FileStamp.Of(path), FileStamp.Of(_folder["link"]));
    }

    [Fact]
    public void Of_TimesBefore1970_AreTold()
    {
        var path = _folder.Write("a", "x");
        File.SetLastWriteTimeUtc(path, new DateTime(1960, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.True(FileStamp.Of(path).ModifiedNanoseconds < 0);
    }

    [Fact]
    public async Task Of_Fifo_IsRefusedAndNotOpened()
    {
        (await Command.RunAsync("mkfifo", [_folder["pipe"]])).Succeeded();
        AssertRefused("MBK1802", _folder["pipe"]);
    }

    [Fact]
    public void Of_Folder_IsRefused() => AssertRefused("MBK1802", _folder.Path);

    [Fact]
    public void Of_Device_IsRefused() => AssertRefused("MBK1802", "/dev/zero");

    [Fact]
    public void Of_DanglingLink_IsNotThere()
    {
        File.CreateSymbolicLink(_folder["link"], _folder["nothing"]);
        AssertRefused("MBK1801", _folder["link"]);
    }

    [Fact]
    public void Of_Circle_IsNotThere()
    {
        File.CreateSymbolicLink(_folder["a"], _folder["b"]);
        File.CreateSymbolicLink(_folder["b"], _folder["a"]);
        AssertRefused("MBK1801", _folder["a"]);
    }

    private static void AssertRefused(string code, string path)
    {
        var error = Assert.Throws<SessionException>(() => FileStamp.Of(path));
        Assert.Equal(code, error.Code);
        Assert.Contains(path, error.Message);
    }
}
