using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class DiskSpaceTests : IDisposable
{
    private const int NoSpace = 28, NoQuota = 122, BrokenDisk = 5;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(NoSpace)]
    [InlineData(NoQuota)]
    public void Explain_FullDisk_SaysWhatIsNeededAndFree(int error)
    {
        var text = DiskSpace.Explain(new IOException("No space left on device.", error), _folder["not/there/yet"], long.MaxValue);
        Assert.Matches(@"^the disk is full: 9,223,372,036,854,775,807 bytes are needed and [\d,]+ are free$", text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Explain_RoomEnough_NamesInodesAndQuota(long needed)
    {
        var text = DiskSpace.Explain(new IOException("No space left on device.", NoSpace), _folder.Path, needed);
        Assert.Contains("bytes are", text);
        Assert.EndsWith("no inode left for another file, or your quota is used up", text);
    }

    [Fact]
    public void Explain_AnotherFailure_IsTheSystemsOwnWords() =>
        Assert.Equal("Input/output error", DiskSpace.Explain(new IOException("Input/output error.", BrokenDisk), _folder.Path, 1));
}
