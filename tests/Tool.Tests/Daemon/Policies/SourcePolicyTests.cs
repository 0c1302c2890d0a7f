using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Policies;
using MsBuildKit.Tool.Protocol.Policies;
using MatchType = MsBuildKit.Tool.Protocol.Policies.MatchType;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Policies;

public sealed class SourcePolicyTests
{
    [Theory]
    [InlineData("docker-image://docker.io/library/alpine:latest", true)]
    [InlineData("docker-image://alpine", true)]
    [InlineData("docker-image://docker.io/library/busybox:latest", false)]
    public void Apply_Deny_RefusesWhatMatches(string identifier, bool isDenied)
    {
        var policy = Policy(Rule(PolicyAction.Deny, "docker-image://docker.io/library/alpine:*"));
        var source = new SourceOp { Identifier = identifier };
        if (isDenied) Assert.Equal("MBK2510", Assert.ThrowsAny<BuildException>(() => policy.Apply(source)).Code);
        else Assert.False(policy.Apply(source));
    }

    [Fact]
    public void Apply_TheLastThatMatches_Decides()
    {
        var allowed = Policy(Rule(PolicyAction.Deny, "https://*"), Rule(PolicyAction.Allow, "https://good.example/*"));
        Assert.False(allowed.Apply(new SourceOp { Identifier = "https://good.example/x" }));
        Assert.ThrowsAny<BuildException>(() => allowed.Apply(new SourceOp { Identifier = "https://bad.example/x" }));
    }

    [Theory]
    [InlineData("Wildcard", "https://old.example/*", "https://new.example/$1")]
    [InlineData("Regex", "https://old\\.example/(?<rest>.*)", "https://new.example/${rest}")]
    public void Apply_Convert_GivesAnotherSource(string kind, string from, string to)
    {
        var rule = Rule(PolicyAction.Convert, from, Enum.Parse<MatchType>(kind));
        rule.Updates = new Update { Identifier = to, Attrs = { ["http.checksum"] = "sha256:1" } };
        var source = new SourceOp { Identifier = "https://old.example/a/b" };
        Assert.True(Policy(rule).Apply(source));
        Assert.Equal(("https://new.example/a/b", "sha256:1"), (source.Identifier, source.Attrs["http.checksum"]));
    }

    [Fact]
    public void Apply_Constraints_AreAllAskedFor()
    {
        var rule = Rule(PolicyAction.Deny, "git://*");
        rule.Selector.Constraints.Add(new AttrConstraint { Key = "git.checksum", Value = "", Condition = AttrMatch.Equal });
        rule.Selector.Constraints.Add(new AttrConstraint { Key = "git.fullurl", Value = "^https:", Condition = AttrMatch.Matches });
        var policy = Policy(rule);
        Assert.False(policy.Apply(new SourceOp { Identifier = "git://x", Attrs = { ["git.checksum"] = "1", ["git.fullurl"] = "https://x" } }));
        Assert.ThrowsAny<BuildException>(() => policy.Apply(new SourceOp { Identifier = "git://x", Attrs = { ["git.fullurl"] = "https://x" } }));
    }

    [Fact]
    public void Apply_RulesThatLeadInACircle_AreRefused()
    {
        var (there, back) = (Rule(PolicyAction.Convert, "a://x"), Rule(PolicyAction.Convert, "b://x"));
        (there.Updates, back.Updates) = (new Update { Identifier = "b://x" }, new Update { Identifier = "a://x" });
        Assert.Contains("too many mutations", Assert.ThrowsAny<BuildException>(() => Policy(there, back).Apply(new SourceOp { Identifier = "a://x" })).Message);
    }

    [Theory]
    [InlineData("a**", "Wildcard")]
    [InlineData("(", "Regex")]
    [InlineData("(?=x)", "Regex")]
    public void Create_RuleThatMakesNoSense_IsRefused(string pattern, string kind) =>
        Assert.Equal("MBK2511", Assert.ThrowsAny<BuildException>(() => Policy(Rule(PolicyAction.Deny, pattern, Enum.Parse<MatchType>(kind)))).Code);

    [Fact]
    public void PolicedGraph_ChangedSource_ChangesWhatFollows()
    {
        var rule = Rule(PolicyAction.Convert, "docker-image://docker.io/library/a:1");
        rule.Updates = new Update { Identifier = "docker-image://docker.io/library/b:2" };
        var graph = LlbMarshaller.Marshal(LlbState.Image("docker.io/library/a:1", Platform.LinuxAmd64, "base").File("write", FileStep.MakeFile("/a", 0x1A4, "a"u8)));
        var edge = LlbGraph.Load(PolicedGraph.Of(graph, Policy(rule)));
        Assert.Equal("docker-image://docker.io/library/b:2", edge.Vertex.Inputs[0].Vertex.Op.Source.Identifier);
        Assert.Equal(("write", "base"), (edge.Vertex.Name, edge.Vertex.Inputs[0].Vertex.Name));
        Assert.Same(graph, PolicedGraph.Of(graph, Policy(Rule(PolicyAction.Allow, "*"))));
    }

    private static SourcePolicy Policy(params Rule[] rules) => new([new Policy { Version = 1, Rules = { rules } }]);

    private static Rule Rule(PolicyAction action, string identifier, MatchType kind = MatchType.Wildcard) =>
        new() { Action = action, Selector = new Selector { Identifier = identifier, MatchType = kind } };
}
