using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Llb;

public sealed class GraphRewriterTests
{
    private static readonly Definition s_graph = LlbMarshaller.Marshal(LlbState.Merge(
        "together",
        LlbState.Image("docker.io/library/a:1", Platform.LinuxAmd64, "from a"),
        LlbState.Scratch.File("copy", FileStep.CopyContents(LlbState.Local("tree", "read"), "/", "/", 0)).At(new SourcePlace(new SourceText("f", "MSBuild", "text"), 1, 1))));

    [Fact]
    public void Rewrite_Nothing_IsTheSameGraph() => Assert.Same(s_graph, GraphRewriter.Rewrite(s_graph, (_, _) => null));

    [Fact]
    public void Rewrite_OperationsInAnotherOrder_AreTheSameGraph()
    {
        var turned = s_graph.Clone();
        turned.Def.Clear();
        turned.Def.Add(s_graph.Def.SkipLast(1).Reverse().Append(s_graph.Def[^1]));
        Assert.Equal(Other(s_graph), Other(turned));
        Assert.NotEqual(s_graph, Other(turned));

        static Definition Other(Definition graph) => GraphRewriter.Rewrite(graph, (_, op) => op.Source?.Identifier == "local://tree" ? new Op { Source = new SourceOp { Identifier = "local://other" } } : null);
    }

    [Fact]
    public void Rewrite_WhatIsNoOperation_IsRefused()
    {
        var broken = s_graph.Clone();
        broken.Def.Insert(1, Google.Protobuf.ByteString.CopyFrom(0xff));
        Assert.Equal("MBK1301", Assert.Throws<LlbException>(() => GraphRewriter.Rewrite(broken, (_, _) => null)).Code);
    }

    [Fact]
    public void Rewrite_Source_GoesOnToAllThatStandsOnIt()
    {
        var before = LlbGraph.Load(s_graph).Vertex;
        var after = LlbGraph.Load(GraphRewriter.Rewrite(s_graph, (_, op) => op.Source?.Identifier == "local://tree" ? new Op { Source = new SourceOp { Identifier = "local://other" } } : null)).Vertex;
        Assert.Equal(("together", "from a", "copy", "read"), (after.Name, after.Inputs[0].Vertex.Name, after.Inputs[1].Vertex.Name, after.Inputs[1].Vertex.Inputs[0].Vertex.Name));
        Assert.Equal("local://other", after.Inputs[1].Vertex.Inputs[0].Vertex.Op.Source.Identifier);
        Assert.Equal(before.Inputs[0].Vertex.Digest, after.Inputs[0].Vertex.Digest);
        Assert.NotEqual(before.Digest, after.Digest);
    }

    [Fact]
    public void Rewrite_OperationThatNeedsLess_LeavesOutWhatNobodyNeeds()
    {
        var rewritten = GraphRewriter.Rewrite(s_graph, (_, op) => op.File is null ? null : new Op { Source = new SourceOp { Identifier = "oci-layout://x@sha256:0" } });
        Assert.Equal(s_graph.Def.Count - 1, rewritten.Def.Count);
        Assert.Equal(3, rewritten.Metadata.Count);
        Assert.DoesNotContain(rewritten.Metadata.Values, m => m.Description.Values.Contains("read"));
        Assert.Equal("copy", LlbGraph.Load(rewritten).Vertex.Inputs[1].Vertex.Name);
        var place = Assert.Single(rewritten.Source.Locations, l => l.Value.Locations_.Count > 0);
        Assert.Equal(LlbGraph.Load(rewritten).Vertex.Inputs[1].Vertex.Digest.ToString(), place.Key);
    }
}
