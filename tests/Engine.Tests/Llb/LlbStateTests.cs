using System.Text;
using Google.Protobuf;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Llb;

public sealed class LlbStateTests
{
    [Fact]
    public void Marshal_LocalCopy_HasTheBytesOfTheWireFormat()
    {
        var definition = LlbMarshaller.Marshal(LlbState.Local("app"));
        // Op{constraints=11{}, source=3{identifier=1 "local://app"}}
        Assert.Equal("5A00" + "1A0D0A0B" + Convert.ToHexString("local://app"u8), Convert.ToHexString(definition.Def[0].Span));
        // Op{inputs=1{digest=1 "sha256:..."}}
        var digest = Digest.Of(definition.Def[0].Span).ToString();
        Assert.Equal("0A490A47" + Convert.ToHexString(Encoding.ASCII.GetBytes(digest)), Convert.ToHexString(definition.Def[1].Span));
    }

    [Fact]
    public void Canonical_MapKeys_AreSortedBytewise()
    {
        var op = new Op { Source = new SourceOp { Identifier = "git://x", Attrs = { ["b"] = "1", ["a"] = "2", ["B"] = "3" } } };
        Assert.Equal("1A210A076769743A2F2F7812060A0142120133" + "12060A0161120132" + "12060A0162120131", Convert.ToHexString(CanonicalBytes.Of(op)));
    }

    [Fact]
    public void Canonical_UnknownFields_Survive()
    {
        byte[] bytes = [.. CanonicalBytes.Of(new Op { Source = new SourceOp { Identifier = "git://x" } }), 0xFA, 0x07, 0x01, 0x78];
        Assert.Equal(bytes, CanonicalBytes.Of(Op.Parser.ParseFrom(bytes)));
    }

    // As BuildKit's daemon does it, which writes every operation anew.
    [Fact]
    public void Load_OperationInTheOrderOfNumbers_IsThatOfOurs()
    {
        var op = new Op { Platform = new Platform { OS = "linux" }, Source = new SourceOp { Identifier = "local://x", Attrs = { ["b"] = "1" } } };
        var (foreign, own) = (ByteString.CopyFrom(CanonicalBytes.Plain(op)), CanonicalBytes.Of(op));
        Assert.NotEqual(own, foreign.ToByteArray());
        var file = new Op { Inputs = { new Input { Digest = Digest.Of(foreign.Span).ToString() } }, File = new FileOp { Actions = { new FileAction { Mkdir = new FileActionMkDir { Path = "/a" } } } } };
        var last = ByteString.CopyFrom(CanonicalBytes.Plain(file));
        var terminal = new Op { Inputs = { new Input { Digest = Digest.Of(last.Span).ToString() } } };
        var definition = new Definition
        {
            Def = { foreign, last, ByteString.CopyFrom(CanonicalBytes.Of(terminal)) },
            Metadata = { [Digest.Of(foreign.Span).ToString()] = new OpMetadata { Description = { ["llb.customname"] = "named" } } },
        };

        var loaded = LlbGraph.Load(definition).Vertex;

        Assert.Equal((Digest.Of(own), "named"), (loaded.Inputs[0].Vertex.Digest, loaded.Inputs[0].Vertex.Name));
        Assert.Equal(loaded.Digest, Digest.Of(CanonicalBytes.Of(loaded.Op)));
        Assert.Equal(Digest.Of(own).ToString(), loaded.Op.Inputs[0].Digest);
    }

    [Fact]
    public void Marshal_TheSameTwice_SaysWhatIsSaidLast()
    {
        var one = LlbState.Local("x", "one").WithoutCache().WithDescription("a", "1");
        var two = LlbState.Local("x", "two").WithDescription("b", "2");
        var both = LlbState.Merge("m", one.File(null, FileStep.MakeDirectory("/a", 493)), two.File(null, FileStep.MakeDirectory("/b", 493)));
        var said = LlbMarshaller.Marshal(both).Metadata.Values.Single(m => m.Description.ContainsKey("a"));
        Assert.Equal(("two", "1", "2", true), (said.Description["llb.customname"], said.Description["a"], said.Description["b"], said.IgnoreCache));
    }

    [Fact]
    public void Load_Marshalled_IsTheSameGraph()
    {
        var app = LlbState.Scratch.File("copy", FileStep.CopyContents(LlbState.Local("app"), "/", "/", 5));
        var merged = LlbState.Merge("all", LlbState.Image("r.example/base@sha256:" + new string('a', 64), ImagePlatform.LinuxAmd64), LlbState.Scratch, app);

        var root = LlbGraph.Load(LlbMarshaller.Marshal(merged)).Vertex;

        Assert.Equal("all", root.Name);
        Assert.Equal(Op.OpOneofCase.Merge, root.Op.OpCase);
        Assert.Equal(["docker-image://r.example/base@sha256:" + new string('a', 64), "copy"], root.Inputs.Select(i => i.Vertex.Name));
        Assert.Equal(OpConstantsEmpty, root.Inputs[1].Vertex.Op.File.Actions[0].Input);
        Assert.Equal("linux", root.Inputs[0].Vertex.Op.Platform.OS);
        Assert.Null(root.Inputs[1].Vertex.Op.Platform);
        Assert.True(root.Metadata.Caps["mergeop"]);
    }

    [Fact]
    public void Marshal_SharedInput_IsWrittenOnce()
    {
        var shared = LlbState.Local("x");
        var merged = LlbState.Merge(null, shared.File(null, FileStep.MakeDirectory("/a", 493)), shared.File(null, FileStep.MakeDirectory("/b", 493)));
        Assert.Equal(5, LlbMarshaller.Marshal(merged).Def.Count);
    }

    [Fact]
    public void Merge_OfOne_IsThatOne()
    {
        var one = LlbState.Local("x");
        Assert.Same(one, LlbState.Merge(null, LlbState.Scratch, one));
        Assert.Same(LlbState.Scratch, LlbState.Merge(null));
        Assert.Same(one, LlbState.Diff(LlbState.Scratch, one));
    }

    [Fact]
    public void Load_VeryDeepGraph_DoesNotRecurse()
    {
        var state = LlbState.Local("x");
        for (var i = 0; i < 50_000; i++) state = state.File(null, FileStep.MakeDirectory("/d" + i, 493));
        Assert.Equal("mkdir /d49999", LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex.Name);
    }

    [Fact]
    public void Load_BrokenGraphs_AreRefusedWithTheCode()
    {
        AssertRefused(new Definition());
        AssertRefused(Define(new Op { Source = new SourceOp { Identifier = "local://x" } }, index: -1));
        AssertRefused(Define(new Op { Source = new SourceOp { Identifier = "local://x" } }, index: 1));
        AssertRefused(Define(new Op { Source = new SourceOp { Identifier = "nonsense" } }));
        AssertRefused(Define(new Op()));
        AssertRefused(Define(new Op { Exec = new ExecOp { Meta = new Meta { Args = { "x" } } } }));
        AssertRefused(Define(new Op { Merge = new MergeOp { Inputs = { new MergeInput { Input = 7 } } } }));
        AssertRefused(Define(new Op { Diff = new DiffOp() }));
        AssertRefused(Define(new Op { File = new FileOp { Actions = { new FileAction { Input = 3, Mkdir = new FileActionMkDir() } } } }));
        AssertRefused(Define(new Op { Inputs = { new Input { Digest = "sha256:" + new string('0', 64) } }, Source = new SourceOp { Identifier = "local://x" } }));
    }

    [Fact]
    public void Load_MutatedBytes_NeverThrowAnythingElse()
    {
        var seed = LlbMarshaller.Marshal(LlbState.Merge("m", LlbState.Local("a"), LlbState.Scratch.File("c", FileStep.CopyContents(LlbState.Local("b"), "/", "/app")))).ToByteArray();
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])seed.Clone();
            for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                LlbGraph.Load(Definition.Parser.ParseFrom(bytes));
            }
            catch (Exception e) when (e is LlbException or InvalidProtocolBufferException)
            {
                // The two answers that a caller is prepared for.
            }
        }
    }

    private const long OpConstantsEmpty = -1;

    private static Definition Define(Op op, long index = 0)
    {
        var bytes = ByteString.CopyFrom(CanonicalBytes.Of(op));
        var terminal = new Op { Inputs = { new Input { Digest = Digest.Of(bytes.Span).ToString(), Index = index } } };
        return new Definition { Def = { bytes, ByteString.CopyFrom(CanonicalBytes.Of(terminal)) } };
    }

    private static void AssertRefused(Definition definition) =>
        Assert.Equal("MBK1301", Assert.Throws<LlbException>(() => LlbGraph.Load(definition)).Code);
}
