using System.Buffers.Binary;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.TestKit;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class FileFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("a.txt", "/app/a.txt")]
    [InlineData("de\\a.dll", "/app/de/a.dll")]
    [InlineData("wwwroot\\css/a.css", "/app/wwwroot/css/a.css")]
    [InlineData(".\\a", "/app/a")]
    public void Create_RelativePath_IsBelowTheWorkingDirectory(string relative, string target)
    {
        Publish("x", relative);
        Assert.Contains(_bench.Create().Images[0].Files, f => f.TargetPath == target);
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("..\\a")]
    [InlineData("a/../../b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a/.wh.b")]
    [InlineData(".wh..wh..opq")]
    public void Create_RelativePathWithNoPlace_IsRefused(string relative)
    {
        Publish("x", relative);
        _bench.Refuse("MBK1022", "ResolvedFileToPublish");
    }

    [Fact]
    public void Create_NameLongerThanAFileSystemHolds_IsRefused()
    {
        Publish("x", new string('ü', 128));
        _bench.Refuse("MBK1022", "ResolvedFileToPublish");
    }

    [Fact]
    public void Create_FilesOfOtherRuntimeIdentifiers_AreOfOtherImages()
    {
        _bench.Parts.Add(ImagePart("linux-arm64"));
        _bench.Parts.Add(_bench.FilePart("arm.so", "x", ("RuntimeIdentifier", "linux-arm64")));
        var images = _bench.Create().Images;
        Assert.Equal(["/app/Shop.dll"], images[0].Files.Select(f => f.TargetPath));
        Assert.Equal(["/app/arm.so"], images[1].Files.Select(f => f.TargetPath));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("false", true)]
    [InlineData("true", false)]
    public void Create_Symbols_AreLeftOutWhenAsked(string exclude, bool expected)
    {
        Publish("x", "Shop.PDB", "Shop.PDB");
        Assert.Equal(expected, _bench.Create(p => p with { ExcludeSymbols = exclude }).Images[0].Files.Any(f => f.TargetPath == "/app/Shop.PDB"));
    }

    [Fact]
    public void Create_Components_AreWhatMsBuildKnows()
    {
        Directory.CreateDirectory(_bench.Folder["nuget/json/13.0.1"]);
        _bench.Parts.Add(_bench.FilePart("json.dll", "x", ("NuGetPackageId", "Json"), ("NuGetPackageVersion", "13.0.1")));
        _bench.Parts[0].SetMetadata("PackageRoots", _bench.Folder["nuget"]);
        _bench.Parts.Add(_bench.FilePart("rt.dll", "x", ("NuGetPackageId", "Microsoft.NETCore.App.Runtime.linux-x64"), ("NuGetPackageVersion", "10.0.0")));
        _bench.Parts.Add(_bench.FilePart("lib.dll", "x", ("ReferenceSourceTarget", "ProjectReference"), ("MSBuildSourceProjectFile", "/src/Lib.csproj")));
        var files = _bench.Create().Images[0].Files.ToDictionary(f => f.TargetPath, f => f.Component);
        Assert.Equal(new Component(ComponentKind.Application, "Shop", "1.0.0"), files["/app/Shop.dll"]);
        Assert.Equal(new Component(ComponentKind.Package, "Json", "13.0.1", _bench.Folder["nuget/json/13.0.1"]), files["/app/json.dll"]);
        Assert.Equal(new Component(ComponentKind.Framework, "Microsoft.NETCore.App.Runtime.linux-x64", "10.0.0"), files["/app/rt.dll"]);
        Assert.Equal(new Component(ComponentKind.Project, "Lib"), files["/app/lib.dll"]);
    }

    [Fact]
    public void Create_LinkToAFileBesideIt_IsTheFile()
    {
        _bench.Folder.Write("project/lib.so.1", "x");
        Link("lib.so", "lib.so.1");
        Assert.Contains(_bench.Create().Images[0].Files, f => f.TargetPath == "/app/lib.so");
    }

    [Theory]
    [InlineData("absolute")]
    [InlineData("relative")]
    [InlineData("through a folder")]
    [InlineData("above a folder")]
    [InlineData("dangling")]
    [InlineData("circle")]
    [InlineData("a folder")]
    [InlineData("long chain")]
    public void Create_LinkThatLeavesOrLeadsNowhere_IsRefused(string kind)
    {
        _bench.Folder.Write("outside/sub/x", "x");
        _bench.Folder.Write("outside/secret", "x");
        Directory.CreateDirectory(_bench.Folder["project/folder"]);
        Directory.CreateSymbolicLink(_bench.Folder["project/door"], _bench.Folder["outside/sub"]);
        switch (kind)
        {
            case "absolute": Link("link", _bench.Folder["outside/secret"]); break;
            case "relative": Link("link", "../outside/secret"); break;
            case "through a folder": Link("link", "door/x"); break;
            case "above a folder":
                // For who reads text it stays in the folder; the kernel goes up from where the door leads.
                _bench.Folder.Write("project/secret", "x");
                Link("link", "door/../secret");
                break;
            case "dangling": Link("link", "nothing"); break;
            case "circle":
                File.CreateSymbolicLink(_bench.Folder["project/other"], "link");
                Link("link", "other");
                break;
            case "long chain":
                _bench.Folder.Write("project/l0", "x");
                for (var i = 1; i < 60; i++) File.CreateSymbolicLink(_bench.Folder[$"project/l{i}"], $"l{i - 1}");
                Link("link", "l59");
                break;
            default: Link("link", "folder"); break;
        }
        var problem = _bench.Refuse("MBK1017", "ResolvedFileToPublish");
        Assert.Contains(_bench.Folder["project/link"], problem.Text);
    }

    [Fact]
    public void Create_FileReachedThroughALinkOutOfTheProject_IsRefused()
    {
        _bench.Folder.Write("outside/secret", "x");
        Directory.CreateSymbolicLink(_bench.Folder["project/wwwroot"], _bench.Folder["outside"]);
        _bench.Parts.Add(Published(_bench.Folder["project/wwwroot/secret"], "wwwroot/secret"));
        Assert.Contains("leaves the project", _bench.Refuse("MBK1017", "ResolvedFileToPublish").Text);
    }

    [Fact]
    public void Create_LinksWithinAndAboveTheProject_AreNobodysConcern()
    {
        _bench.Folder.Write("project/real/a", "x");
        Directory.CreateSymbolicLink(_bench.Folder["project/alias"], "real");
        Directory.CreateSymbolicLink(_bench.Folder["home"], _bench.Project);
        _bench.Parts.Add(Published(_bench.Folder["home/alias/a"], "a"));
        Assert.Contains(_bench.Create(p => p with { ProjectDirectory = _bench.Folder["home"] }).Images[0].Files, f => f.TargetPath == "/app/a");
    }

    [Theory]
    [InlineData("/etc/app.conf", "/etc/app.conf")]
    [InlineData("/etc/", "/etc/x.conf")]
    [InlineData("\\etc\\app.conf", "/etc/app.conf")]
    [InlineData("/", "/x.conf")]
    public void Create_ExtraFile_HasPlaceModeAndOwner(string targetPath, string expected)
    {
        _bench.Folder.Write("project/x.conf", "x");
        var file = _bench.Create(p => p with { Files = [Item("x.conf", ("TargetPath", targetPath), ("Mode", "0640"), ("Owner", "app:50"))] }).Images[0].Files.Single(f => f.Component.Kind == ComponentKind.Extra);
        Assert.Equal((expected, _bench.Folder["project/x.conf"], 0b110_100_000, "app:50"), (file.TargetPath, file.HostPath, file.Mode, file.Owner));
    }

    [Theory]
    [InlineData("TargetPath", "")]
    [InlineData("TargetPath", "etc/x")]
    [InlineData("TargetPath", "/etc/../../x")]
    [InlineData("TargetPath", "/etc/a\nb")]
    [InlineData("TargetPath", "/etc/.wh.passwd")]
    [InlineData("Mode", "9")]
    [InlineData("Mode", "rw")]
    [InlineData("Mode", "17777")]
    [InlineData("Mode", "-644")]
    [InlineData("Mode", "0o644")]
    [InlineData("Mode", "000644")]
    public void Create_ExtraFileThatMakesNoSense_IsRefused(string name, string value)
    {
        _bench.Folder.Write("project/x.conf", "x");
        _bench.Refuse("MBK1012", "ContainerFile", p => p with { Files = [Item("x.conf", ("TargetPath", "/etc/x"), (name, value))] });
    }

    [Theory]
    [InlineData("4755", 0b100_111_101_101)]
    [InlineData("7777", 0b111_111_111_111)]
    [InlineData("0", 0)]
    [InlineData("", null)]
    public void Create_Mode_IsOctal(string mode, int? expected)
    {
        _bench.Folder.Write("project/x.conf", "x");
        Assert.Equal(expected, _bench.Create(p => p with { Files = [Item("x.conf", ("TargetPath", "/etc/x"), ("Mode", mode))] }).Images[0].Files[^1].Mode);
    }

    [Fact]
    public void Create_ExtraFileThatIsNotThere_IsRefused()
    {
        foreach (var spec in new[] { "nothing", ".", "a\0b", new string('x', 5000) })
            _bench.Refuse("MBK1012", "ContainerFile", p => p with { Files = [Item(spec, ("TargetPath", "/etc/x"))] });
    }

    [Fact]
    public void Create_OwnerOfAnExtraFileThatIsNone_IsRefused()
    {
        _bench.Folder.Write("project/x.conf", "x");
        _bench.Refuse("MBK1006", "ContainerFile Owner", p => p with { Files = [Item("x.conf", ("TargetPath", "/etc/x"), ("Owner", "4294967296"))] });
    }

    [Theory]
    [InlineData("linux-x64", 62, false, true)]
    [InlineData("linux-arm64", 62, false, false)]
    [InlineData("linux-arm64", 183, false, true)]
    [InlineData("linux-arm", 40, false, true)]
    [InlineData("linux-x64", 3, false, false)]
    [InlineData("linux-s390x", 22, true, true)]
    [InlineData("linux-x64", 22, true, false)]
    [InlineData("linux-riscv64", 243, false, true)]
    [InlineData("linux-x64", 9999, false, true)]
    public void Create_SelfContainedProgram_MustBeOfTheImagesArchitecture(string rid, int machine, bool big, bool fits)
    {
        var elf = new byte[64];
        "\u007fELF"u8.CopyTo(elf);
        (elf[4], elf[5]) = (2, (byte)(big ? 2 : 1));
        if (big) BinaryPrimitives.WriteUInt16BigEndian(elf.AsSpan(18), (ushort)machine);
        else BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(18), (ushort)machine);
        AssertFits(rid, elf, fits);
    }

    [Theory]
    [InlineData(0x8664, 128, false)]
    [InlineData(0x1234, 128, true)]
    [InlineData(0x8664, int.MaxValue, true)]
    [InlineData(0x8664, 1020, true)]
    [InlineData(0x8664, -1, true)]
    public void Create_WindowsProgram_HasNoPlaceInALinuxImage(int machine, int header, bool fits)
    {
        var pe = new byte[1024];
        "MZ"u8.CopyTo(pe);
        BinaryPrimitives.WriteInt32LittleEndian(pe.AsSpan(60), header);
        if (header is > 0 and < 1000) BinaryPrimitives.WriteUInt16LittleEndian(pe.AsSpan(header + 4), (ushort)machine);
        AssertFits("linux-x64", pe, fits);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u007fELF")]
    [InlineData("MZ")]
    [InlineData("#!/bin/sh")]
    public void Create_ProgramOfNoKnownKind_IsNotJudged(string content) => AssertFits("linux-x64", System.Text.Encoding.Latin1.GetBytes(content), fits: true);

    private void AssertFits(string rid, byte[] program, bool fits)
    {
        File.WriteAllBytes(_bench.Folder["project/Shop"], program);
        _bench.Parts.Clear();
        _bench.Parts.Add(ImagePart(rid, ("SelfContained", "true")));
        _bench.Parts.Add(Published(_bench.Folder["project/Shop"], "Shop", ("RuntimeIdentifier", rid)));
        if (fits) _bench.Create();
        else _bench.Refuse("MBK1018", "ContainerRuntimeIdentifier");
    }

    private void Publish(string content, string relative, string name = "published") => _bench.Parts.Add(Published(_bench.Folder.Write("project/" + name, content), relative));

    private void Link(string name, string target)
    {
        File.CreateSymbolicLink(_bench.Folder["project/" + name], target);
        _bench.Parts.Add(Published(_bench.Folder["project/" + name], name));
    }
}
