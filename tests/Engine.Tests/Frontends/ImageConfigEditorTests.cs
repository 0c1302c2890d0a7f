using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Frontends;

public sealed class ImageConfigEditorTests
{
    private static readonly ImageConfig s_base = ImageConfig.Parse("""
        {"architecture":"amd64","os":"linux","config":{"User":"nobody","Env":["PATH=/bin","APP_UID=1654","ASPNETCORE_HTTP_PORTS=8080"],
        "Cmd":["bash"],"Labels":{"a":"base","b":"base"},"ExposedPorts":{"9000/udp":{}},"OnBuild":["x"],"Shell":["sh"]},"rootfs":{"type":"layers","diff_ids":[]}}
        """u8.ToArray());

    [Fact]
    public void Edit_UserLabels_WinOverGeneratedAndBase()
    {
        var labels = Edit(c => c with
        {
            GeneratedLabels = new Dictionary<string, string> { ["b"] = "generated", ["c"] = "generated" },
            Labels = new Dictionary<string, string> { ["c"] = "http://user:1;x" },
        }).Labels!;
        Assert.Equal("base|generated|http://user:1;x", $"{labels["a"]}|{labels["b"]}|{labels["c"]}");
        Assert.Equal("r/x:1", labels[AnnotationKeys.BaseName]);
    }

    [Fact]
    public void Edit_Environment_ReplacesInPlaceAndKeepsValuesWhole()
    {
        var env = Edit(c => c with { Environment = [new("PATH", "/x"), new("ASPNETCORE_URLS", "http://+:9000;http://+:9001")] }).Env!;
        Assert.Equal(["PATH=/x", "APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080", "ASPNETCORE_URLS=http://+:9000;http://+:9001"], env);
    }

    [Fact]
    public void Edit_Ports_AreBaseOwnAndInferred()
    {
        Assert.Equal(["5000/tcp", "8080/tcp", "9000/udp"], Edit(c => c with { Ports = ["5000/tcp"] }).ExposedPorts!.Keys);
        Assert.Equal(["443/tcp", "7001/tcp", "9000/udp"],
            Edit(c => c with { Environment = [new("ASPNETCORE_URLS", "http://[::]:7001/x;https://host;junk")] }).ExposedPorts!.Keys);
    }

    [Fact]
    public void Edit_User_IsOwnThenAppUidThenBase()
    {
        Assert.Equal("me:1", Edit(c => c with { User = "me:1" }).User);
        Assert.Equal("1654", Edit(c => c).User);
    }

    [Fact]
    public void Edit_NewEntrypoint_DropsTheBaseArgumentsAndKeepsTheShellButNoTriggers()
    {
        var config = Edit(c => c with { AppCommand = ["/app/x"] });
        Assert.Null(config.Cmd);
        Assert.Equal(["sh"], config.Shell!);
        Assert.Null(config.OnBuild);
    }

    private static ContainerConfig Edit(Func<ProjectImageConfig, ProjectImageConfig> change)
    {
        var config = change(new ProjectImageConfig { WorkingDirectory = "/app" });
        var image = new ProjectImage { Platform = Platform.LinuxAmd64, Base = new ScratchBase(), Files = [], Config = config };
        return ImageConfigEditor.Edit(s_base, image, new BaseName("r/x:1", Digest.Of("x"u8)), AppCommandLine.Place(config, null)).Config!;
    }
}
