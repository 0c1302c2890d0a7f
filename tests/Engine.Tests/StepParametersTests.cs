using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Tests;

/// <summary>Provenance tells of steps as a project would write them, and names no folder of this machine.</summary>
public sealed class StepParametersTests
{
    [Fact]
    public void Of_Steps_IsTheirMetadata()
    {
        var tree = new LocalTree("t", [new LocalFile("a", "/home/somebody/a")]);
        var image = TestImages.Image(new ScratchBase()) with
        {
            Contexts = new Dictionary<string, BaseImage> { ["tools"] = new RegistryBase(ImageReference.Parse("r.example/tools:1")), ["layout"] = new LocalBase("/home/somebody/layout", null) },
            Steps =
            [
                new ProjectStep
                {
                    Name = "fonts", Command = "a; b%", Environment = [new("A", "1;2")], User = "app", Network = StepNetwork.None, Ssh = ["default"],
                    Mounts =
                    [
                        new StepCache("/c", "apt", StepSharing.Locked), new StepMemory("/tmp", 5), new StepMemory("/m", 0), new TreeMount("/s", "assets", null, tree, "/", true),
                        new TreeMount("/o", "x", "other", tree, "/", false), new ImageMount("/t", "tools", "/bin", false),
                    ],
                    Secrets = [new StepSecret("token", "/x", "TOKEN", true), new StepSecret("other", null, "OTHER", false)],
                },
                new ProjectStep { Name = "late", Script = new ProjectScript("eng/x.sh", "x.sh", tree), Stage = StepStage.App, WorkingDirectory = "/w" },
            ],
        };

        var parameters = StepParameters.Of(image).Where(p => p.Value.Length > 0).ToDictionary();

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["ContainerRun"] = "fonts;late",
                ["ContainerRun.fonts.Command"] = "a; b%",
                ["ContainerRun.fonts.Stage"] = "Base",
                ["ContainerRun.fonts.User"] = "app",
                ["ContainerRun.fonts.Environment"] = "A=1%3B2",
                ["ContainerRun.fonts.CacheMounts"] = "/c,id=apt,sharing=locked",
                ["ContainerRun.fonts.TmpfsMounts"] = "/tmp,size=5;/m",
                ["ContainerRun.fonts.BindMounts"] = "target=/s,source=assets,rw;target=/o,source=x,from=other;target=/t,source=/bin,from=tools",
                ["ContainerRun.fonts.Secrets"] = "token,target=/x,env=TOKEN,required;other,env=OTHER",
                ["ContainerRun.fonts.Ssh"] = "default",
                ["ContainerRun.fonts.Network"] = "none",
                ["ContainerRun.late.Script"] = "eng/x.sh",
                ["ContainerRun.late.Stage"] = "App",
                ["ContainerRun.late.WorkingDirectory"] = "/w",
                ["ContainerSecret"] = "other;token",
                ["ContainerSsh"] = "default",
                ["ContainerContext"] = "layout;tools=docker-image://r.example/tools:1",
            }.OrderBy(p => p.Key, StringComparer.Ordinal),
            parameters.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.DoesNotContain(parameters.Values, v => v.Contains("somebody", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_NoSteps_IsNothing() => Assert.DoesNotContain(StepParameters.Of(TestImages.Image(new ScratchBase())), p => p.Value.Length > 0);
}
