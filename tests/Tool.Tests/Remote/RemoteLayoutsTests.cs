using Google.Protobuf;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Remote;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Tool.Tests.Remote;

/// <summary>Layouts in graphs that go to a builder.</summary>
public sealed class RemoteLayoutsTests
{
    private static readonly Digest s_image = Digest.Of("image"u8.ToArray());

    [Fact]
    public void Name_Layout_IsThatOfTheSession()
    {
        var vertex = LlbGraph.Load(RemoteLayouts.Name(Graph($"oci-layout://base@{s_image}"), "s1")).Vertex;
        Assert.Equal("step", vertex.Name);
        var source = Assert.Single(vertex.Inputs).Vertex.Op.Source;
        Assert.Equal($"oci-layout://localhost/layout@{s_image}", source.Identifier);
        Assert.Equal(("base", "s1"), (source.Attrs["oci.store"], source.Attrs["oci.session"]));
    }

    [Fact]
    public void Name_NoLayout_LeavesTheGraphAsItIs()
    {
        var graph = Graph($"docker-image://docker.io/library/base@{s_image}");
        Assert.Same(graph, RemoteLayouts.Name(graph, "s1"));
    }

    private static ByteString Bytes(Op op) => op.ToByteString();

    private static Definition Graph(string identifier)
    {
        var source = Bytes(new Op { Source = new SourceOp { Identifier = identifier } });
        var step = Bytes(new Op
        {
            Inputs = { new Input { Digest = Digest.Of(source.Span).ToString() } },
            File = new FileOp { Actions = { new FileAction { Input = 0, SecondaryInput = -1, Mkdir = new FileActionMkDir { Path = "/a", Mode = 0b111_101_101 } } } },
        });
        var name = Digest.Of(step.Span).ToString();
        return new Definition
        {
            Def = { source, step, Bytes(new Op { Inputs = { new Input { Digest = name } } }) },
            Metadata = { [name] = new OpMetadata { Description = { ["llb.customname"] = "step" } } },
        };
    }
}
