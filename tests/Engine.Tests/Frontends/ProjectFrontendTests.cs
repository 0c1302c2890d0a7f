using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Frontends;

/// <summary>Steps in the graph: where they stand, what they run, see and are called.</summary>
public sealed class ProjectFrontendTests
{
    private static readonly LlbState s_base = LlbState.Image("r.example/base", Platform.LinuxAmd64);
    private static readonly LocalTree s_tree = new("lent", [new LocalFile("a", "/host/a")]);

    [Fact]
    public void Translate_WithoutSteps_MergesLayersOntoTheBase()
    {
        var whole = Load(Image());
        Assert.Equal(Op.OpOneofCase.Merge, whole.Op.OpCase);
        Assert.Equal(["docker-image://r.example/base", "copy the application"], whole.Inputs.Select(i => i.Vertex.Name));
    }

    [Fact]
    public void Translate_Steps_StandBelowAndAboveTheLayersInTheirOrder()
    {
        var last = Load(Image(Step("one"), Step("three") with { Stage = StepStage.App }, Step("two"), Step("four") with { Stage = StepStage.App }));
        Assert.Equal("run four: true", last.Name);
        var third = Root(last);
        Assert.Equal("run three: true", third.Name);
        var merge = Root(third);
        Assert.Equal(["run two: true", "copy the application"], merge.Inputs.Select(i => i.Vertex.Name));
        Assert.Equal(["run one: true", "docker-image://r.example/base"], new[] { Root(merge.Inputs[0].Vertex), Root(Root(merge.Inputs[0].Vertex)) }.Select(v => v.Name));
    }

    [Fact]
    public void BaseStage_IsThePartOfTheGraphBelowTheLayers()
    {
        var image = Image(Step("one"), Step("two") with { Stage = StepStage.App });
        var stage = LlbGraph.Load(LlbMarshaller.Marshal(ProjectFrontend.BaseStage(Ground(), image, 7))).Vertex;
        Assert.Equal(Root(Load(image)).Inputs[0].Vertex.Digest, stage.Digest);
        Assert.Equal("run one: true", stage.Name);
        Assert.Same(s_base, ProjectFrontend.BaseStage(Ground(), Image(), 7));
    }

    [Fact]
    public void Translate_Layers_AreTheSameWithAndWithoutSteps() =>
        Assert.Equal(Load(Image()).Inputs[1].Vertex.Digest, Root(Load(Image(Step("late") with { Stage = StepStage.App }))).Inputs[1].Vertex.Digest);

    [Fact]
    public void Step_Defaults_AreThoseOfRootAtTheTop()
    {
        var step = Load(Image(Step("one") with { Stage = StepStage.App })).Op.Exec;
        Assert.Equal(["/bin/sh", "-c", "true"], step.Meta.Args);
        Assert.Equal(("", "/srv", NetMode.Unset), (step.Meta.User, step.Meta.Cwd, step.Network));
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SOURCE_DATE_EPOCH=7"], step.Meta.Env);
        Assert.Equal("/", BaseStep(Step("one")).Op.Exec.Meta.Cwd);
        Assert.Equal("amd64", BaseStep(Step("one")).Op.Platform.Architecture);
    }

    [Fact]
    public void Step_Environment_IsTheBasesWithItsOwnOnTop()
    {
        var config = Config(new ContainerConfig { Env = ["PATH=/opt", "A=base", "SOURCE_DATE_EPOCH=1", "APP_UID=5"] });
        var step = BaseStep(Step("one") with { Environment = [new("A", "own=1;2"), new("B", "")] }, config);
        Assert.Equal(["PATH=/opt", "A=own=1;2", "SOURCE_DATE_EPOCH=7", "APP_UID=5", "B="], step.Op.Exec.Meta.Env);
        Assert.Contains("SOURCE_DATE_EPOCH=9", BaseStep(Step("one") with { Environment = [new("SOURCE_DATE_EPOCH", "9")] }, config).Op.Exec.Meta.Env);
    }

    [Theory]
    [InlineData("/bin/bash -o pipefail -c", "/bin/bash -o pipefail -c")]
    [InlineData("", "/bin/sh -c")]
    [InlineData(null, "/bin/sh -c")]
    public void Step_Shell_IsTheImages(string? shell, string expected)
    {
        var config = Config(new ContainerConfig { Shell = shell?.Split(' ', StringSplitOptions.RemoveEmptyEntries) });
        Assert.Equal([.. expected.Split(' '), "true"], BaseStep(Step("one"), config).Op.Exec.Meta.Args);
        Assert.Equal($"RUN {expected} true # buildkit", BaseStep(Step("one"), config).History);
    }

    [Fact]
    public void Step_Script_IsMountedAndRunByItself()
    {
        var script = new ProjectScript("eng/fonts.sh", "fonts.sh", new LocalTree("script-fonts", [new LocalFile("fonts.sh", "/host/eng/fonts.sh", 0x1ED)]));
        var step = BaseStep(new ProjectStep { Name = "fonts", Script = script });
        Assert.Equal(["/run/msbuildkit/fonts.sh"], step.Op.Exec.Meta.Args);
        var mount = Assert.Single(step.Op.Exec.Mounts, m => m.Dest == "/run/msbuildkit");
        Assert.Equal((true, -1L, "local://script-fonts"), (mount.Readonly, mount.Output, step.Inputs[(int)mount.Input].Vertex.Op.Source.Identifier));
        Assert.Equal(("run fonts: eng/fonts.sh", "RUN eng/fonts.sh # buildkit"), (step.Name, step.History));
    }

    [Fact]
    public void Step_Mounts_AreOnTheWire()
    {
        var step = BaseStep(Step("one") with
        {
            Network = StepNetwork.None,
            User = "1000:5",
            Ssh = ["default", "deploy"],
            Mounts =
            [
                new StepCache("/var/cache/apt", "apt", StepSharing.Locked), new StepMemory("/tmp", 64), new TreeMount("/src", "src", null, new LocalTree("src", []), "/", false),
                new TreeMount("/a", "a", "tools", s_tree, "/a", true), new ImageMount("/tool", "tools", "/usr/bin/tool", false),
            ],
            Secrets = [new StepSecret("token", "/run/secrets/token", null, true), new StepSecret("key", null, "KEY", false)],
        });
        Assert.Equal(
            [
                "/ Bind input=0 output=0 ", "/a Bind input=1 output=-1 /a", "/src Bind input=2 output=-1 ro ", "/tmp Tmpfs input=-1 output=-1 ", "/tool Bind input=3 output=-1 ro /usr/bin/tool",
                "/var/cache/apt Cache input=-1 output=-1 ", "/run/secrets/token Secret input=-1 output=0 ", "/run/buildkit/ssh_agent.0 Ssh input=-1 output=0 ", "/run/buildkit/ssh_agent.1 Ssh input=-1 output=0 ",
            ],
            step.Op.Exec.Mounts.Select(m => $"{m.Dest} {m.MountType} input={m.Input} output={m.Output} {(m.Readonly ? "ro " : "")}{m.Selector}"));
        Assert.Equal(["docker-image://r.example/base", "local://lent", "local://src", "docker-image://r.example/tools"], step.Inputs.Select(i => i.Vertex.Op.Source.Identifier));
        Assert.Equal(("apt", CacheSharingOpt.Locked), (Mount(step, "/var/cache/apt").CacheOpt.ID, Mount(step, "/var/cache/apt").CacheOpt.Sharing));
        Assert.Equal(64, Mount(step, "/tmp").TmpfsOpt.Size);
        var secret = Mount(step, "/run/secrets/token").SecretOpt;
        Assert.Equal(("token", 1000u, 5u, 0x100u, false), (secret.ID, secret.Uid, secret.Gid, secret.Mode, secret.Optional));
        var ssh = Mount(step, "/run/buildkit/ssh_agent.1").SSHOpt;
        Assert.Equal(("deploy", 1000u, 0x180u, false), (ssh.ID, ssh.Uid, ssh.Mode, ssh.Optional));
        Assert.Equal(("key", "KEY", true), (step.Op.Exec.Secretenv[0].ID, step.Op.Exec.Secretenv[0].Name, step.Op.Exec.Secretenv[0].Optional));
        Assert.Contains("SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0", step.Op.Exec.Meta.Env);
        Assert.Equal(NetMode.None, step.Op.Exec.Network);
        Assert.True(step.Metadata.Caps["exec.mount.bind.readwrite-nooutput"]);
        // Nothing but the root comes out of a step.
        Assert.Equal(1, OpRules.CountOutputs(step.Op));
    }

    [Fact]
    public void Step_SecretOfAUserByName_CanBeReadByIt() =>
        Assert.Equal(0x124u, Mount(BaseStep(Step("one") with { User = "app", Secrets = [new StepSecret("t", "/t", null, true)] }), "/t").SecretOpt.Mode);

    [Theory]
    [InlineData("a\n  b\t\u001b[31mc", "run x: a b [31mc")]
    [InlineData("  a  ", "run x: a")]
    public void Step_Title_IsOneLine(string command, string expected) => Assert.Equal(expected, BaseStep(new ProjectStep { Name = "x", Command = command }).Name);

    [Fact]
    public void Step_Title_IsShort() => Assert.InRange(BaseStep(new ProjectStep { Name = "x", Command = string.Concat(Enumerable.Repeat("\U0001f680 ", 5_000)) }).Name.Length, 50, 120);

    [Fact]
    public void Step_OnScratch_IsAGraph() =>
        Assert.Equal(-1, LlbGraph.Load(LlbMarshaller.Marshal(ProjectFrontend.BaseStage(new ProjectGround(LlbState.Scratch, null, new Dictionary<string, LlbState>()), Image(Step("one")), 0))).Vertex.Op.Exec.Mounts[0].Input);

    private static ProjectStep Step(string name) => new() { Name = name, Command = "true" };

    private static ProjectImage Image(params ProjectStep[] steps) => new()
    {
        Platform = Platform.LinuxAmd64, Base = new ScratchBase(), Files = [], Config = new ProjectImageConfig { WorkingDirectory = "/srv" }, Steps = steps,
    };

    private static ImageConfig Config(ContainerConfig config) => new() { Architecture = "amd64", Os = "linux", Config = config };

    private static ProjectGround Ground(ImageConfig? config = null) =>
        new(s_base, config, new Dictionary<string, LlbState> { ["tools"] = LlbState.Image("r.example/tools", Platform.LinuxAmd64) });

    private static Vertex Load(ProjectImage image) => LlbGraph.Load(LlbMarshaller.Marshal(
        ProjectFrontend.Translate(Ground(), image, [new ProjectLayer(ComponentKind.Application, "copy the application", s_tree)], 7))).Vertex;

    private static Vertex BaseStep(ProjectStep step, ImageConfig? config = null) => LlbGraph.Load(LlbMarshaller.Marshal(ProjectFrontend.BaseStage(Ground(config), Image(step), 7))).Vertex;

    private static Vertex Root(Vertex step) => step.Inputs[(int)step.Op.Exec.Mounts.Single(m => m.Dest == "/").Input].Vertex;

    private static Mount Mount(Vertex step, string target) => step.Op.Exec.Mounts.Single(m => m.Dest == target);
}
