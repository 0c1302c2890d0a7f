using MsBuildKit.Engine;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class OutputFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("shop.tar", "shop.tar")]
    [InlineData("sub/", "sub/team-shop.tar.gz")]
    [InlineData("there", "there/team-shop.tar.gz")]
    [InlineData("../a b;c.tar", "../a b;c.tar")]
    public void Create_ArchivePath_IsAFileOrAFolderForOne(string given, string expected)
    {
        Directory.CreateDirectory(_bench.Folder["project/there"]);
        var output = Assert.Single(_bench.Create(p => p with { Repository = "team/shop", ArchiveOutputPath = given }).Outputs);
        Assert.Equal(new ArchiveOutput(Path.GetFullPath(expected, _bench.Project), Docker: false), output);
    }

    [Fact]
    public void Create_Archive_WinsOverTheRegistryAndFollowsTheFormat()
    {
        var output = Assert.Single(_bench.Create(p => p with { ArchiveOutputPath = "a.tar", Registry = "r.example", ImageFormat = "Docker" }).Outputs);
        Assert.True(Assert.IsType<ArchiveOutput>(output).Docker);
    }

    [Theory]
    [InlineData("Docker", "Docker")]
    [InlineData("podman", "Podman")]
    public void Create_LocalRegistry_IsAnEngine(string given, string expected) =>
        Assert.Equal(new LocalEngineOutput(expected), Assert.Single(_bench.Create(p => p with { LocalRegistry = given }).Outputs));

    [Fact]
    public void Create_LocalRegistryThatIsNone_IsRefused() => _bench.Refuse("MBK1014", "LocalRegistry", p => p with { LocalRegistry = "nerdctl" });

    [Fact]
    public void Create_Outputs_AreAddedToTheOthers()
    {
        var outputs = _bench.Create(p => p with
        {
            Registry = "r.example",
            Outputs = [Item("oci-archive", ("Path", "o.tar")), Item("DOCKER-archive", ("Path", "d.tar")), Item("registry", ("Registry", "Other.Example:5000")), Item("local"), Item("tar", ("Path", "files.tar")), Item("Directory", ("Path", "files/"))],
        }).Outputs;
        Assert.Equal(
        [
            new RegistryOutput("r.example"), new ArchiveOutput(_bench.Folder["project/o.tar"], false), new ArchiveOutput(_bench.Folder["project/d.tar"], true),
            new RegistryOutput("other.example:5000"), new LocalEngineOutput(null), new TreeOutput(_bench.Folder["project/files.tar"], true), new TreeOutput(_bench.Folder["project/files/"], false),
        ], outputs);
    }

    [Fact]
    public void Create_OutputsAlone_AskNoLocalEngine() =>
        Assert.IsType<ArchiveOutput>(Assert.Single(_bench.Create(p => p with { Outputs = [Item("oci-archive", ("Path", "o.tar"))] }).Outputs));

    [Theory]
    [InlineData("oci-archive", "Path", "")]
    [InlineData("docker-archive", "Path", "")]
    [InlineData("tar", "Path", "")]
    [InlineData("directory", "Path", "a\0b")]
    [InlineData("registry", "Registry", "")]
    [InlineData("registry", "Registry", "https://x.example")]
    [InlineData("tarball", "Path", "x")]
    [InlineData("oci-archive", "Path", "a\0b")]
    public void Create_OutputThatIsNone_IsRefused(string kind, string name, string value) =>
        _bench.Refuse("MBK1014", "ContainerOutput", p => p with { Outputs = [Item(kind, (name, value))] });

    [Fact]
    public void Create_ArchivePathThatIsNone_IsRefused() => _bench.Refuse("MBK1014", "ContainerArchiveOutputPath", p => p with { ArchiveOutputPath = "a\0b" });
}
