using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Configuration;

namespace MsBuildKit.Tool.Tests.Daemon.Configuration;

public sealed class ProvenanceFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _faults = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Files_ArePutTogetherTheLastOfANameFirst()
    {
        _folder.Write("a.json", """{"rack":"1","list":[1,2]}""");
        _folder.Write("b.json", """{"rack":"2"}""");
        _folder.Write("c.txt", "no JSON");
        Assert.Equal("""{"rack":"2","list":[1,2]}""", ProvenanceFolder.Read(_folder.Path, _faults).ToJsonString());
        Assert.Empty(_faults);
    }

    [Fact]
    public void Read_NoFolder_SaysNothing() => Assert.Empty(ProvenanceFolder.Read(_folder["gone"], _faults));

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON:")]
    [InlineData("""{"buildConfig":{}}""", "'buildConfig'")]
    public void Read_FileThatCannotBeMeant_IsAFault(string content, string why)
    {
        _folder.Write("a.json", content);
        ProvenanceFolder.Read(_folder.Path, _faults);
        Assert.Contains(why, Assert.Single(_faults), StringComparison.Ordinal);
    }
}
