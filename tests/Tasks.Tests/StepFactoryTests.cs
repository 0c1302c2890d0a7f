using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class StepFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Create_Step_HasItsDefaults()
    {
        var step = Step(("Command", "  apt-get update; echo %3B 'a' \"b\"  \n"));
        Assert.Equal(("fonts", "apt-get update; echo %3B 'a' \"b\"", StepStage.Base, "", StepNetwork.Default), (step.Name, step.Command, step.Stage, step.User, step.Network));
        Assert.Null(step.Script ?? (object?)step.WorkingDirectory ?? step.Position);
        Assert.Empty(step.Environment);
        Assert.Empty(step.Mounts);
        Assert.Empty(step.Secrets.Select(s => s.Id).Concat(step.Ssh));
    }

    [Fact]
    public void Create_Steps_KeepTheirOrder() =>
        Assert.Equal(["b", "a", "c"], _bench.Create(p => p with { Steps = [Item("b", ("Command", "x")), Item("a", ("Command", "x"), ("Stage", "App")), Item("c", ("Command", "x"))] }).Images[0].Steps.Select(s => s.Name));

    [Theory]
    [InlineData("base", StepStage.Base)]
    [InlineData("APP", StepStage.App)]
    public void Create_Stage_IsReadInAnyCase(string given, StepStage expected) => Assert.Equal(expected, Step(("Command", "x"), ("Stage", given)).Stage);

    [Fact]
    public void Create_Everything_IsInTheStep()
    {
        Directory.CreateDirectory(_bench.Folder["project/assets/empty"]);
        _bench.Folder.Write("project/assets/sub/a.txt", "a");
        _bench.Folder.Write("tools/tool", "x");
        var step = Step(
            ("Command", "x"), ("User", "app:5"), ("WorkingDirectory", "/src/./x/"), ("Environment", "A=1; B=;C=x=y"), ("Network", "None"),
            ("CacheMounts", "/var/cache/apt; /c,id=nuget,sharing=Locked"), ("TmpfsMounts", "/tmp;/mem,size=64m"),
            ("BindMounts", "target=/src,source=assets;target=/one,source=assets/sub/a.txt,rw;target=/t,from=tools;target=/i,from=image,source=usr/bin"));
        Assert.Equal(("app:5", "/src/x", StepNetwork.None), (step.User, step.WorkingDirectory, step.Network));
        Assert.Equal([new("A", "1"), new("B", ""), new("C", "x=y")], step.Environment);
        Assert.Equal(new StepCache("/var/cache/apt", "/var/cache/apt", StepSharing.Shared), step.Mounts[0]);
        Assert.Equal(new StepCache("/c", "nuget", StepSharing.Locked), step.Mounts[1]);
        Assert.Equal([new StepMemory("/tmp", 0), new StepMemory("/mem", 64 << 20)], step.Mounts.OfType<StepMemory>());
        var trees = step.Mounts.OfType<TreeMount>().ToList();
        Assert.Equal([("/src", "/", false), ("/one", "/a.txt", true), ("/t", "/", false)], trees.Select(t => (t.Target, t.Selector, t.Writable)));
        Assert.Equal([["sub/a.txt"], ["a.txt"], ["tool"]], trees.Select(t => t.Tree.Files.Select(f => f.Path)));
        Assert.Equal(["empty", "sub"], trees[0].Tree.Directories.Select(d => d.Path));
        Assert.Equal(3, trees.Select(t => t.Tree.Name).Distinct().Count());
        Assert.Equal(new ImageMount("/i", "image", "/usr/bin", false), step.Mounts[^1]);
    }

    [Theory]
    [InlineData("a b", "Command")]
    [InlineData("", "Command")]
    [InlineData("../x", "Command")]
    [InlineData("-x", "Command")]
    [InlineData("a\n", "Command")]
    public void Create_NameThatIsNone_IsRefused(string name, string metadata) => _bench.Refuse("MBK1032", "ContainerRun", p => p with { Steps = [Item(name, (metadata, "x"))] });

    [Fact]
    public void Create_NameTwice_IsRefused() => _bench.Refuse("MBK1032", "ContainerRun", p => p with { Steps = [Item("a", ("Command", "x")), Item("A", ("Command", "x"))] });

    [Theory]
    [InlineData("MBK1032", "Stage", "Last")]
    [InlineData("MBK1032", "User", "a b")]
    [InlineData("MBK1032", "User", "4294967295")]
    [InlineData("MBK1032", "User", "a:b:c")]
    [InlineData("MBK1032", "WorkingDirectory", "src")]
    [InlineData("MBK1032", "WorkingDirectory", "/a/../..")]
    [InlineData("MBK1032", "Environment", "A")]
    [InlineData("MBK1032", "Environment", "=1")]
    [InlineData("MBK1032", "Environment", "1A=1")]
    [InlineData("MBK1032", "Environment", "A=1;B")]
    [InlineData("MBK1032", "Environment", "A=\0")]
    [InlineData("MBK1032", "Network", "bridge")]
    [InlineData("MBK1032", "Platform", "linux-mips-x")]
    [InlineData("MBK1032", "Platform", "amd64")]
    [InlineData("MBK1032", "Command", "a\0b")]
    [InlineData("MBK1034", "CacheMounts", "cache")]
    [InlineData("MBK1034", "CacheMounts", "/")]
    [InlineData("MBK1034", "CacheMounts", "/proc/1")]
    [InlineData("MBK1034", "CacheMounts", "/sys")]
    [InlineData("MBK1034", "CacheMounts", "/a/../../b")]
    [InlineData("MBK1034", "CacheMounts", "id=x")]
    [InlineData("MBK1034", "CacheMounts", "/a,sharing=some")]
    [InlineData("MBK1034", "CacheMounts", "/a,id=")]
    [InlineData("MBK1034", "CacheMounts", "/a,id=a b")]
    [InlineData("MBK1034", "CacheMounts", "/a,id=1,id=2")]
    [InlineData("MBK1034", "CacheMounts", "/a,size=1")]
    [InlineData("MBK1034", "CacheMounts", "/a,locked")]
    [InlineData("MBK1034", "CacheMounts", "/a;/a")]
    [InlineData("MBK1034", "TmpfsMounts", "tmp")]
    [InlineData("MBK1034", "TmpfsMounts", "/tmp,size=")]
    [InlineData("MBK1034", "TmpfsMounts", "/tmp,size=0")]
    [InlineData("MBK1034", "TmpfsMounts", "/tmp,size=-1")]
    [InlineData("MBK1034", "TmpfsMounts", "/tmp,size=1t")]
    [InlineData("MBK1034", "TmpfsMounts", "/tmp,size=1kk")]
    [InlineData("MBK1034", "TmpfsMounts", "/tmp,size=9223372036854775807g")]
    [InlineData("MBK1034", "BindMounts", "/src")]
    [InlineData("MBK1034", "BindMounts", "source=.")]
    [InlineData("MBK1034", "BindMounts", "target=src")]
    [InlineData("MBK1034", "BindMounts", "target=/run/msbuildkit/x")]
    [InlineData("MBK1034", "BindMounts", "target=/src,source=../x")]
    [InlineData("MBK1034", "BindMounts", "target=/src,source=/etc")]
    [InlineData("MBK1034", "BindMounts", "target=/src,source=nowhere")]
    [InlineData("MBK1034", "BindMounts", "target=/src,source=a\0b")]
    [InlineData("MBK1034", "BindMounts", "target=/src,from=nobody")]
    [InlineData("MBK1034", "BindMounts", "target=/src,from=image,source=../x")]
    [InlineData("MBK1034", "BindMounts", "target=/src,rw,ro")]
    [InlineData("MBK1034", "BindMounts", "target=/src,rw=1")]
    [InlineData("MBK1035", "Secrets", "unknown")]
    [InlineData("MBK1035", "Secrets", "env=A")]
    [InlineData("MBK1035", "Secrets", "token,target=x")]
    [InlineData("MBK1035", "Secrets", "token,env=1A")]
    [InlineData("MBK1035", "Secrets", "token,mode=0400")]
    [InlineData("MBK1035", "Secrets", "token,required=1")]
    [InlineData("MBK1035", "Secrets", "token,env=A;other,env=A")]
    [InlineData("MBK1034", "Secrets", "token,target=/x;other,target=/x")]
    [InlineData("MBK1035", "Ssh", "nobody")]
    [InlineData("MBK1037", "Network", "host")]
    public void Create_MetadataThatMakesNoSense_IsRefusedByName(string code, string metadata, string value)
    {
        _bench.Folder.Write("tools/tool", "x");
        var problem = _bench.Refuse(code, "ContainerRun", p => With(p, [("Command", "x"), (metadata, value)]));
        Assert.Contains("'fonts'", problem.Text);
        if (!problem.Text.Contains("mounts two things", StringComparison.Ordinal)) Assert.Contains(metadata, problem.Text);
    }

    [Fact]
    public void Create_CommandAndScript_AreOneOfTwo()
    {
        _bench.Refuse("MBK1032", "ContainerRun", p => With(p, []));
        _bench.Refuse("MBK1032", "ContainerRun", p => With(p, [("Command", " \n ")]));
        _bench.Refuse("MBK1032", "ContainerRun", p => With(p, [("Command", "x"), ("Script", "x.sh")]));
    }

    [Fact]
    public void Create_CommandLongerThanLinuxTakes_IsRefused()
    {
        Assert.Equal(131_071, Step(("Command", new string('x', 131_071))).Command!.Length);
        _bench.Refuse("MBK1032", "ContainerRun", p => With(p, [("Command", new string('x', 131_072))]));
        _bench.Refuse("MBK1032", "ContainerRun", p => With(p, [("Command", new string('ü', 70_000))]));
        _bench.Refuse("MBK1032", "ContainerRun", p => With(p, [("Command", "half \ud800")]));
    }

    [Fact]
    public void Create_AllFaults_AreToldAtOnceWithTheirPlace()
    {
        var problems = new Problems();
        new RequestFactory(With(_bench.Parameters, [("Stage", "x"), ("User", "a b"), ("CacheMounts", "x;/a,b"), ("Secrets", "none"), ("DefiningProjectFullPath", "/x/Shop.csproj")]), problems).Create();
        Assert.Equal(["MBK1032", "MBK1032", "MBK1032", "MBK1034", "MBK1034", "MBK1035"], problems.Found.Select(f => f.Problem.Code).Order());
        Assert.All(problems.Found, f => Assert.Equal("/x/Shop.csproj", f.File));
        Assert.All(problems.Found, f => AssertHelpful(f.Problem));
    }

    [Fact]
    public void Create_Position_IsTheLineOfTheItem()
    {
        var project = _bench.Folder.Write("project/Shop.csproj", "<Project>\n  <ItemGroup>\n    <ContainerRun Include=\"x\" />\n    <ContainerRun\n      Include=\"a; fonts\" />\n  </ItemGroup>\n</Project>");
        var position = Step(("Command", "x"), ("DefiningProjectFullPath", project)).Position!;
        Assert.Equal((project, 4), (position.File, position.Line));
        File.WriteAllText(project, "no project");
        Assert.Equal(new(project), Step(("Command", "x"), ("DefiningProjectFullPath", project)).Position);
    }

    [Theory]
    [InlineData("linux-x64", true)]
    [InlineData("linux/amd64", true)]
    [InlineData("linux-arm64;linux-x64", true)]
    [InlineData("linux-musl-x64", true)]
    [InlineData("linux-arm64", false)]
    public void Create_Platform_ChoosesTheImages(string platform, bool expected)
    {
        _bench.Parts.Add(ImagePart("linux-s390x"));
        var images = _bench.Create(p => With(p, [("Command", "x"), ("Platform", platform)])).Images;
        Assert.Equal([expected, false], images.Select(i => i.Steps.Count == 1));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("", false)]
    public void Create_HostNetwork_NeedsTheProjectsConsent(string consent, bool expected)
    {
        var problems = new Problems();
        var request = new RequestFactory(With(_bench.Parameters with { AllowHostNetwork = consent }, [("Command", "x"), ("Network", "host")]), problems).Create();
        Assert.Equal(expected, request?.AllowHostNetwork == true && request.Images[0].Steps[0].Network == StepNetwork.Host);
    }

    [Fact]
    public void Create_KeepFailed_IsTrueOrFalse() => _bench.Refuse("MBK1029", "ContainerKeepFailed", p => p with { KeepFailed = "yes please" });

    [Theory]
    [InlineData("bin/crun")]
    [InlineData("./runsc")]
    [InlineData("..")]
    [InlineData("run\tsc")]
    public void Create_RuntimeThatIsNeitherANameNorAFullPath_IsRefused(string runtime) => _bench.Refuse("MBK1039", "ContainerRuntime", p => p with { Runtime = runtime });

    [Theory]
    [InlineData("", null)]
    [InlineData(" runsc ", "runsc")]
    [InlineData("/opt/kata/bin/kata-runtime", "/opt/kata/bin/kata-runtime")]
    public void Create_Runtime_IsTheStepsOwn(string given, string? expected) =>
        Assert.Equal(expected, new RequestFactory(_bench.Parameters with { Runtime = given }, new Problems()).Create()!.StepRuntime);

    [Fact]
    public void Create_SnapshotterThatThereIsNot_IsRefused() => _bench.Refuse("MBK1038", "ContainerSnapshotter", p => p with { Snapshotter = "zfs" });

    [Theory]
    [InlineData("", "auto")]
    [InlineData("Native", "native")]
    [InlineData("fuse-overlayfs", "fuse-overlayfs")]
    public void Create_Snapshotter_IsTheRequests(string given, string expected) =>
        Assert.Equal(expected, new RequestFactory(_bench.Parameters with { Snapshotter = given }, new Problems()).Create()!.Snapshotter);

    [Fact]
    public void Create_Consent_IsTrueOrFalse() => _bench.Refuse("MBK1029", "ContainerAllowHostNetwork", p => p with { AllowHostNetwork = "yes please" });

    [Theory]
    [InlineData("token", "/run/secrets/token", null, false)]
    [InlineData("token,required", "/run/secrets/token", null, true)]
    [InlineData("token,env=TOKEN", null, "TOKEN", false)]
    [InlineData("token,target=/root/./.npmrc,env=TOKEN,required", "/root/.npmrc", "TOKEN", true)]
    public void Create_Secret_IsAFileUnlessItIsAVariable(string given, string? target, string? variable, bool required) =>
        Assert.Equal(new StepSecret("token", target, variable, required), Assert.Single(Step(("Command", "x"), ("Secrets", given)).Secrets));

    // MSBuild's own items: they know what was escaped, and metadata is not split by anybody else.
    [Fact]
    public void Create_EscapedSemicolon_IsInsideOfAValue()
    {
        var item = new TaskItem("fonts");
        item.SetMetadata("Command", "a; b%3B c%25");
        item.SetMetadata("Environment", "A=1%3B2;B=%253B;C= x%20");
        var step = _bench.Create(p => p with { Steps = [item] }).Images[0].Steps[0];
        Assert.Equal("a; b; c%", step.Command);
        Assert.Equal([new("A", "1;2"), new("B", "%3B"), new("C", " x ")], step.Environment);
    }

    [Fact]
    public void Create_ContextsOfImages_AreThoseThatAreMounted()
    {
        Assert.Empty(_bench.Create(p => With(p, [("Command", "x")])).Images[0].Contexts);
        var contexts = _bench.Create(p => With(p, [("Command", "x"), ("BindMounts", "target=/i,from=image")])).Images[0].Contexts;
        Assert.Equal("r.example/tools:1", Assert.IsType<RegistryBase>(contexts["image"]).Reference.ToString());
    }

    [Theory]
    [InlineData("a b", "tools")]
    [InlineData("", "tools")]
    [InlineData("x", "")]
    [InlineData("x", "nowhere")]
    [InlineData("x", "a\0b")]
    [InlineData("x", "docker-image://")]
    [InlineData("x", "docker-image://UPPER")]
    [InlineData("x", "oci-layout://nowhere")]
    [InlineData("x", "https://r.example/x.git")]
    public void Create_ContextThatIsNone_IsRefused(string name, string source)
    {
        _bench.Folder.Write("project/tools/x", "");
        _bench.Refuse("MBK1036", "ContainerContext", p => p with { Contexts = [Item(name, ("Source", source))], Steps = [Item("a", ("Command", "x"))] });
    }

    [Fact]
    public void Create_ContextWithoutSteps_IsRefusedToo() => _bench.Refuse("MBK1036", "ContainerContext", p => p with { Contexts = [Item("x", ("Source", "nowhere"))] });

    [Fact]
    public void Create_MountFromAContextThatIsWrong_IsToldOnce() =>
        _bench.Refuse("MBK1036", "ContainerContext", p => p with { Contexts = [Item("x", ("Source", "nowhere"))], Steps = [Item("a", ("Command", "x"), ("BindMounts", "target=/x,from=x"))] });

    [Fact]
    public void Create_ProjectFolder_IsLentWithoutWhatBuildsWrite()
    {
        foreach (var path in new[] { "bin/x", "obj/x", ".git/x", "sub/.git/x", "sub/bin/x", ".hidden", "built/x" }) _bench.Folder.Write("project/" + path, "x");
        _bench.Parts[0].SetMetadata("BuildDirectories", _bench.Folder["project/built/"]);
        var tree = Assert.IsType<TreeMount>(Step(("Command", "x"), ("BindMounts", "target=/src")).Mounts[0]).Tree;
        Assert.Equal([".hidden", "Shop.dll", "sub/bin/x"], tree.Files.Select(f => f.Path));
        Assert.Equal(["sub", "sub/bin"], tree.Directories.Select(d => d.Path));
    }

    [Theory]
    [InlineData("../outside", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("nowhere", false)]
    [InlineData("loop", false)]
    [InlineData("sub", false)]
    [InlineData("sub/real", true)]
    public void Create_LinkInALentFolder_MustBeAFileOfIt(string target, bool isFine)
    {
        _bench.Folder.Write("outside", "secret");
        _bench.Folder.Write("project/lent/sub/real", "x");
        File.CreateSymbolicLink(_bench.Folder["project/lent/loop"], target);
        if (isFine) Assert.Equal(["loop", "sub/real"], ((TreeMount)Step(("Command", "x"), ("BindMounts", "target=/l,source=lent")).Mounts[0]).Tree.Files.Select(f => f.Path));
        else _bench.Refuse("MBK1034", "ContainerRun", p => With(p, [("Command", "x"), ("BindMounts", "target=/l,source=lent")]));
    }

    [Fact]
    public void Create_SourceThroughALinkOutOfTheProject_IsRefused()
    {
        _bench.Folder.Write("outside/x", "secret");
        File.CreateSymbolicLink(_bench.Folder["project/way"], _bench.Folder["outside"]);
        _bench.Refuse("MBK1034", "ContainerRun", p => With(p, [("Command", "x"), ("BindMounts", "target=/l,source=way")]));
        _bench.Refuse("MBK1034", "ContainerRun", p => With(p, [("Command", "x"), ("BindMounts", "target=/l,source=way/x")]));
    }

    private ProjectStep Step(params (string, string)[] metadata)
    {
        if (!Directory.Exists(_bench.Folder["tools"])) _bench.Folder.Write("tools/tool", "x");
        return Assert.Single(_bench.Create(p => With(p, metadata)).Images[0].Steps);
    }

    private static BuildImageParameters With(BuildImageParameters parameters, (string, string)[] metadata) => parameters with
    {
        Steps = [Item("fonts", metadata)],
        Secrets = [Item("token", ("Environment", "TOKEN")), Item("other", ("Environment", "OTHER"))],
        Contexts = [Item("tools", ("Source", Directory.Exists(Path.Combine(parameters.ProjectDirectory, "../tools")) ? "../tools" : ".")), Item("image", ("Source", "docker-image://r.example/tools:1"))],
    };
}
