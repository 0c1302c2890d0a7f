using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Tests.Sessions;

public sealed class FolderFilterTests
{
    [Theory]
    [InlineData("foo", true)]
    [InlineData("dir/file1", true)]
    [InlineData("dir/sub/bar1", true)]
    [InlineData("dir/sub", false)]
    [InlineData("dir/sub/bar2", false)]
    [InlineData("kept/all/of/it", true)]
    public void MatchExceptions_OfMetadataAlone_TellsWhatComesWithItsContent(string path, bool expected)
    {
        var filter = FolderFilter.Of(new Dictionary<string, string> { ["local.metadatatransfer"] = "true", ["local.metadatatransferexclude"] = """["dir/**/*1","foo","kept"]""" });
        Assert.Equal(expected, filter.MatchExceptions()!(path));
    }

    [Fact]
    public void Of_MetadataAlone_IsAnotherTree()
    {
        var (whole, only) = (FolderFilter.Of(new Dictionary<string, string>()), FolderFilter.Of(new Dictionary<string, string> { ["local.metadatatransfer"] = "1" }));
        Assert.Null(whole.MatchExceptions());
        Assert.False(only.MatchExceptions()!("anything"));
        Assert.NotEqual(whole.Text, only.Text);
        Assert.Null(FolderFilter.Of(new Dictionary<string, string> { ["local.metadatatransfer"] = "false" }).MetadataExcept);
        var bad = Assert.Throws<SessionException>(() => FolderFilter.Of(new Dictionary<string, string> { ["local.metadatatransfer"] = "true", ["local.metadatatransferexclude"] = "no list" }));
        Assert.Equal("MBK1821", bad.Code);
    }
}
