using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Llb;

public sealed class LlbRunTests
{
    private static readonly LlbState s_base = LlbState.Image("r.example/base", ImagePlatform.LinuxAmd64);

    [Fact]
    public void Run_Mounts_AreOrderedNumberedAndLoadable()
    {
        var source = LlbState.Local("src");
        var ran = s_base.Run(
            new ExecOptions
            {
                Args = ["make"],
                Mounts =
                [
                    ExecMount.Ssh("/agent", "default"),
                    ExecMount.Bind("/out", LlbState.Scratch),
                    ExecMount.Bind("/in", source, readOnly: true, selector: "/a"),
                    ExecMount.Cache("/cache", "nuget", CacheSharingOpt.Locked, LlbState.Scratch),
                    ExecMount.Tmpfs("/tmp", 5),
                ],
            },
            ImagePlatform.LinuxAmd64,
            "make it");

        var edge = LlbGraph.Load(LlbMarshaller.Marshal(ran.Mounts["/out"]));

        Assert.Equal(1, edge.Output);
        Assert.Equal("make it", edge.Vertex.Name);
        Assert.Equal(["docker-image://r.example/base", "local://src"], edge.Vertex.Inputs.Select(i => i.Vertex.Name));
        Assert.Equal(
            [("/", 0L, 0L), ("/cache", -1, -1), ("/in", 1, -1), ("/out", -1, 1), ("/tmp", -1, -1), ("/agent", -1, 0)],
            edge.Vertex.Op.Exec.Mounts.Select(m => (m.Dest, m.Input, m.Output)));
        Assert.Subset(
            edge.Vertex.Metadata.Caps.Keys.ToHashSet(),
            new HashSet<string> { "exec.meta.base", "exec.mount.bind", "exec.mount.cache", "exec.mount.selector", "exec.mount.ssh", "exec.mount.tmpfs.size", "platform" });
        Assert.Equal(0, LlbGraph.Load(LlbMarshaller.Marshal(ran.Root)).Output);
    }

    [Fact]
    public void Run_ReadOnlyRoot_LeavesTheTreeAsItWas()
    {
        var ran = s_base.Run(new ExecOptions { Args = ["true"], ReadOnlyRoot = true }, ImagePlatform.LinuxAmd64);
        Assert.Same(s_base, ran.Root);
        Assert.Empty(ran.Mounts);
    }

    [Fact]
    public void Run_TwoMountsAtOnePlace_AreRefused() =>
        Assert.Throws<LlbException>(() => s_base.Run(
            new ExecOptions { Args = ["x"], Mounts = [ExecMount.Bind("/a", s_base), ExecMount.Bind("/a", LlbState.Scratch)] }, ImagePlatform.LinuxAmd64));

    [Fact]
    public void Merge_OfTwoOutputsOfOneCommand_KeepsThemApart()
    {
        var ran = s_base.Run(new ExecOptions { Args = ["x"], Mounts = [ExecMount.Bind("/out", LlbState.Scratch)] }, ImagePlatform.LinuxAmd64);
        var merged = LlbGraph.Load(LlbMarshaller.Marshal(LlbState.Merge(null, ran.Root, ran.Mounts["/out"]))).Vertex;
        Assert.Equal([0, 1], merged.Inputs.Select(i => i.Output));
        Assert.Same(merged.Inputs[0].Vertex, merged.Inputs[1].Vertex);
    }

    [Fact]
    public void Metadata_OfGroupsAndUncached_IsKeptOutOfTheDigest()
    {
        var plain = LlbGraph.Load(LlbMarshaller.Marshal(s_base)).Vertex;
        var told = LlbGraph.Load(LlbMarshaller.Marshal(s_base.WithoutCache().InGroup("g", "pull"))).Vertex;
        Assert.Equal(plain.Digest, told.Digest);
        Assert.False(plain.Metadata.IgnoreCache);
        Assert.True(told.Metadata.IgnoreCache);
        Assert.True(told.Metadata.Caps["meta.ignorecache"]);
        Assert.Equal("pull", told.Metadata.ProgressGroup.Name);
    }

    [Fact]
    public void File_OwnersAndRemoval_AreOnTheWire()
    {
        var op = LlbGraph.Load(LlbMarshaller.Marshal(s_base.File(
            null,
            FileStep.Copy(LlbState.Local("x"), "/*", "/app/", new CopyOptions { Mode = 0x1ED, AllowWildcard = true, Exclude = ["*.pdb"] }).OwnedBy("app", "1654"),
            FileStep.Remove("/tmp/*", allowWildcard: true)))).Vertex;

        var copy = op.Op.File.Actions[0].Copy;
        Assert.Equal(("app", 0L), (copy.Owner.User.ByName.Name, copy.Owner.User.ByName.Input));
        Assert.Equal(1654u, copy.Owner.Group.ByID);
        Assert.Equal((0x1ED, -1L), (copy.Mode, copy.Timestamp));
        Assert.Equal(["*.pdb"], copy.ExcludePatterns);
        Assert.Equal((2L, -1L, 0L), (op.Op.File.Actions[1].Input, op.Op.File.Actions[1].SecondaryInput, op.Op.File.Actions[1].Output));
        Assert.True(op.Metadata.Caps["file.copy.includeexcludepatterns"]);
        Assert.True(op.Metadata.Caps["file.rm.wildcard"]);
    }

    // The expected bytes were written by protoc's own encoder from a text of the same message; its kind stands last, as Go writes it.
    [Fact]
    public void Canonical_Exec_HasTheBytesOfAnotherImplementation()
    {
        var op = new Op
        {
            Inputs = { new Input { Digest = "sha256:aa" }, new Input { Digest = "sha256:bb", Index = 2 } },
            Exec = new ExecOp
            {
                Meta = new Meta { Args = { "sh", "-c" }, Env = { "A=1" }, Cwd = "/w", User = "1000", RemoveMountStubsRecursive = true, ValidExitCodes = { 0, 300 } },
                Mounts =
                {
                    new Mount { Dest = "/" },
                    new Mount { Input = -1, Dest = "/c", Output = -1, MountType = MountType.Cache, CacheOpt = new CacheOpt { ID = "nuget", Sharing = CacheSharingOpt.Locked } },
                    new Mount { Input = 1, Dest = "/src", Output = -1, Readonly = true, Selector = "/s" },
                    new Mount { Input = -1, Dest = "/run/secrets/t", MountType = MountType.Secret, SecretOpt = new SecretOpt { ID = "t", Mode = 256 } },
                },
                Network = NetMode.None,
                Secretenv = { new SecretEnv { ID = "tok", Name = "TOKEN" } },
            },
            Platform = new Platform { Architecture = "arm64", OS = "linux", Variant = "v8" },
        };
        const string Expected =
            "0A0B0A097368613235363A61610A0D0A097368613235363A6262100252120A0561726D363412056C696E75781A02763812A2010A1E0A0273680A022D631203413D311A022F772204313030305801620300AC021203" +
            "1A012F122808FFFFFFFFFFFFFFFFFF011A022F6320FFFFFFFFFFFFFFFFFF013003A201090A056E7567657410021219080112022F731A042F73726320FFFFFFFFFF" +
            "FFFFFFFF012801122608FFFFFFFFFFFFFFFFFF011A0E2F72756E2F736563726574732F743001AA01060A017420800218022A0C0A03746F6B1205544F4B454E";
        Assert.Equal(Expected, Convert.ToHexString(CanonicalBytes.Of(op)));
    }

    [Fact]
    public void Canonical_MapsWithOddKeys_HaveTheBytesOfAnotherImplementation()
    {
        var op = new Op { Source = new SourceOp { Identifier = "git://x", Attrs = { ["é"] = "1", ["z"] = "2", ["\uFFFF"] = "3", ["😀"] = "4", [""] = "" } } };
        Assert.Equal(
            "1A350A076769743A2F2F7812040A00120012060A017A12013212070A02C3A912013112080A03EFBFBF12013312090A04F09F9880120134", Convert.ToHexString(CanonicalBytes.Of(op)));
    }
}
