using MsBuildKit.Engine.Frontends.Project;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class ScriptFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("#!/bin/sh\napt-get update\n")]
    [InlineData("#! /usr/bin/env python3\nprint()")]
    [InlineData("#!/bin/sh")]
    [InlineData("#!/bin/sh -e\necho a\r\n")]
    public void Create_Script_IsLentByItself(string content)
    {
        var path = _bench.Folder.Write("project/eng/fonts.sh", content);
        var script = Create("eng/fonts.sh")!;
        Assert.Equal(("eng/fonts.sh", "fonts.sh"), (script.Path, script.FileName));
        Assert.Equal(new("fonts.sh", path, 0b111_101_101), Assert.Single(script.Tree.Files));
        Assert.Null(_bench.Create(p => p with { Steps = [Item("a", ("Script", path))] }).Images[0].Steps[0].Command);
    }

    [Theory]
    [InlineData("", "first line")]
    [InlineData("\n#!/bin/sh", "first line")]
    [InlineData("echo", "first line")]
    [InlineData("#!", "first line")]
    [InlineData("#!sh\n", "first line")]
    [InlineData("#!/bin/sh\r\necho\r\n", "Windows")]
    [InlineData("\ufeff#!/bin/sh\n", "byte order mark")]
    [InlineData("\u007fELF", "first line")]
    public void Create_ScriptThatNoKernelRuns_IsRefused(string content, string why)
    {
        _bench.Folder.Write("project/x.sh", content);
        Assert.Contains(why, Refuse("x.sh").Text);
    }

    [Fact]
    public void Create_FirstLineLongerThanTheKernelReads_IsRefused()
    {
        _bench.Folder.Write("project/x.sh", "#!/" + new string('x', 252) + "\n");
        Assert.NotNull(Create("x.sh"));
        _bench.Folder.Write("project/x.sh", "#!/" + new string('x', 253) + "\n");
        Assert.Contains("255", Refuse("x.sh").Text);
    }

    [Theory]
    [InlineData("nowhere.sh")]
    [InlineData(".")]
    [InlineData("a\0b")]
    public void Create_ScriptThatIsNotThere_IsRefused(string path) => Refuse(path);

    [Fact]
    public void Create_NameThatNoImageHolds_IsRefused()
    {
        _bench.Folder.Write("project/.wh.x", "#!/bin/sh\n");
        Refuse(".wh.x");
    }

    private ProjectScript? Create(string path) => _bench.Create(p => p with { Steps = [Item("a", ("Script", path))] }).Images[0].Steps[0].Script;

    private Problem Refuse(string path)
    {
        var problem = _bench.Refuse("MBK1033", "ContainerRun", p => p with { Steps = [Item("a", ("Script", path))] });
        Assert.Contains("Script '", problem.Text);
        return problem;
    }
}
