using MsBuildKit.Engine.Frontends;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Frontends;

public sealed class LayerPlanTests
{
    private static readonly Component s_app = new(ComponentKind.Application, "Shop");
    private static readonly Component s_package = new(ComponentKind.Package, "Json", "1.0.0");
    private static readonly Component s_extra = new(ComponentKind.Extra, "Shop");

    [Fact]
    public void Split_Kinds_BecomeLayersFromStableToVolatile()
    {
        var layers = Split(new("/app/x.dll", "/h/x.dll", s_app), new("/app/de/Json.dll", "/h/j.dll", s_package), new("/etc/x", "/h/e", s_extra));
        Assert.Equal([ComponentKind.Package, ComponentKind.Application, ComponentKind.Extra], layers.Select(l => l.Kind));
        Assert.Equal(["app", "app/de"], layers[0].Tree.Directories.Select(d => d.Path));
        Assert.Empty(layers[2].Tree.Directories);
    }

    [Fact]
    public void Split_Owners_FollowTheUserUnlessTheFileHasItsOwn()
    {
        var layers = Split(new("/app/x", "/h/x", s_app), new("/etc/x", "/h/e", s_extra, Owner: "5:6"));
        Assert.Equal(1654, layers[0].Tree.Files[0].Uid);
        Assert.Equal(1654, layers[0].Tree.Directories[0].Uid);
        Assert.Equal((5, 6), (layers[1].Tree.Files[0].Uid, layers[1].Tree.Files[0].Gid));
    }

    [Fact]
    public void Split_TwoFilesForOnePlace_NamesBoth()
    {
        var error = Assert.Throws<FrontendException>(() => Split(new("/app/x", "/h/1", s_app), new("/app/x", "/h/2", s_app)));
        Assert.Equal("MBK1902", error.Code);
        Assert.Contains("/h/1", error.Message);
        Assert.Contains("/h/2", error.Message);
    }

    [Theory]
    [InlineData("/app")]
    [InlineData("/app/de")]
    public void Split_FileWhereAFolderHasToBe_IsRefused(string target)
    {
        var error = Assert.Throws<FrontendException>(() => Split(new("/app/de/x", "/h/1", s_app), new(target, "/h/2", s_extra)));
        Assert.Equal("MBK1902", error.Code);
        Assert.Contains($"'{target}'", error.Message);
    }

    [Fact]
    public void Split_ExtraFile_ReplacesTheApplications()
    {
        var layers = Split(new("/app/x", "/h/1", s_app), new("/app/x", "/h/2", s_extra));
        Assert.Equal("/h/2", Assert.Single(Assert.Single(layers).Tree.Files).HostPath);
    }

    private static IReadOnlyList<ProjectLayer> Split(params ProjectFile[] files) => LayerPlan.Split(
        new ProjectImage
        {
            Platform = Platform.LinuxAmd64,
            Base = new ScratchBase(),
            Files = files,
            Config = new ProjectImageConfig { WorkingDirectory = "/app/" },
        },
        new Owner(1654, 1654),
        _ => new Owner(5, 6));
}
