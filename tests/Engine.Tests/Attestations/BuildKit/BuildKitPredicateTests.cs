using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Attestations.BuildKit;

public sealed class BuildKitPredicateTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 27, 1, 2, 3, TimeSpan.Zero);
    private static readonly SourceText s_text = new("Dockerfile", "Dockerfile", "FROM scratch\nCOPY f /\n");

    private readonly BuildCapture _capture = new();

    public BuildKitPredicateTests()
    {
        _capture.Add(new ImageMaterial(ImageReference.Parse("alpine:3"), Platform.LinuxAmd64, Digest.Of("i"u8), IsLayout: false));
        _capture.AddSecret(new LentMaterial("token", IsOptional: true));
    }

    [Fact]
    public void Write_Slsa1_HasTheFieldsThatBuildKitsClientsRead()
    {
        var predicate = Write(Describe(Graph()), isOlder: false);
        Assert.Equal("https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md", Text(predicate, "buildDefinition", "buildType"));
        Assert.Equal("pkg:docker/alpine@3?platform=linux%2Famd64", Text(predicate, "buildDefinition", "resolvedDependencies", 0, "uri"));
        Assert.Equal(Digest.Of("i"u8).Hex, Text(predicate, "buildDefinition", "resolvedDependencies", 0, "digest", "sha256"));
        Assert.Equal("my.Dockerfile", Text(predicate, "buildDefinition", "externalParameters", "configSource", "path"));
        Assert.Equal("dockerfile.v0", Text(predicate, "buildDefinition", "externalParameters", "request", "frontend"));
        Assert.Equal("""{"build-arg:A":"1"}""", Json(predicate, "buildDefinition", "externalParameters", "request", "args"));
        Assert.Equal("30", Json(predicate, "buildDefinition", "externalParameters", "request", "compatibilityVersion"));
        Assert.Equal("""[{"id":"token","optional":true}]""", Json(predicate, "buildDefinition", "externalParameters", "request", "secrets"));
        Assert.Equal(("linux/arm64", "1.2.3", "7"), (Text(predicate, "buildDefinition", "internalParameters", "builderPlatform"), Text(predicate, "buildDefinition", "internalParameters", "dockerfileVersion"), Json(predicate, "buildDefinition", "internalParameters", "rack")));
        Assert.Equal(("me", "ref", "2026-11-27T01:02:03Z", "2026-11-27T01:02:03.5Z"), (Text(predicate, "runDetails", "builder", "id"), Text(predicate, "runDetails", "metadata", "invocationId"), Text(predicate, "runDetails", "metadata", "startedOn"), Text(predicate, "runDetails", "metadata", "finishedOn")));
        Assert.Equal("""{"source":"https://host.example/r.git"}""", Json(predicate, "runDetails", "metadata", "buildkit_metadata", "vcs"));
        Assert.Equal("""{"request":true,"resolvedDependencies":true}""", Json(predicate, "runDetails", "metadata", "buildkit_completeness"));
        Assert.Equal("true", Json(predicate, "runDetails", "metadata", "buildkit_hermetic"));
    }

    [Fact]
    public void Write_Slsa02_SaysTheSameInTheOlderForm()
    {
        var predicate = Write(Describe(Graph()), isOlder: true);
        Assert.Equal("https://mobyproject.org/buildkit@v1", Text(predicate, "buildType"));
        Assert.Equal("pkg:docker/alpine@3?platform=linux%2Famd64", Text(predicate, "materials", 0, "uri"));
        Assert.Equal("my.Dockerfile", Text(predicate, "invocation", "configSource", "entryPoint"));
        Assert.Equal("1", Text(predicate, "invocation", "parameters", "args", "build-arg:A"));
        Assert.Equal("linux/arm64", Text(predicate, "invocation", "environment", "platform"));
        Assert.Equal("step0", Text(predicate, "buildConfig", "llbDefinition", 0, "id"));
        Assert.Equal(("ref", "2026-11-27T01:02:03Z"), (Text(predicate, "metadata", "buildInvocationID"), Text(predicate, "metadata", "buildStartedOn")));
        Assert.Equal("""{"parameters":true,"environment":true,"materials":true}""", Json(predicate, "metadata", "completeness"));
        Assert.Equal("Dockerfile", Text(predicate, "metadata", "https://mobyproject.org/buildkit@v1#metadata", "source", "infos", 0, "filename"));
        Assert.Equal("true", Json(predicate, "metadata", "https://mobyproject.org/buildkit@v1#hermetic"));
    }

    [Fact]
    public void Write_Graph_TellsStepsInputsFirstWithTheirTextAndLayers()
    {
        var graph = Graph();
        var predicate = Write(Describe(graph), isOlder: false);
        var config = predicate["buildDefinition"]!["internalParameters"]!["buildConfig"]!;
        Assert.Equal(["step0", "step1", "step2"], config["llbDefinition"]!.AsArray().Select(s => s!["id"]!.GetValue<string>()));
        Assert.Equal("local://context", Text(config, "llbDefinition", 0, "op", "Op", "source", "identifier"));
        Assert.Equal("""["step0:0"]""", Json(config, "llbDefinition", 1, "inputs"));
        Assert.Equal("""{"id":"step2","op":{},"inputs":["step1:0"]}""", Json(config, "llbDefinition", 2));
        Assert.Equal("step1", Text(config, "digestMapping", LlbGraph.Load(graph).Vertex.Digest.ToString()));
        var metadata = predicate["runDetails"]!["metadata"]!["buildkit_metadata"]!;
        Assert.Equal("2", Json(metadata, "source", "locations", "step1", "locations", 0, "ranges", 0, "start", "line"));
        Assert.Equal(s_text.Text, Encoding.UTF8.GetString(Convert.FromBase64String(Text(metadata, "source", "infos", 0, "data"))));
        Assert.Equal($$"""[[{"mediaType":"t","digest":"{{Digest.Of("l"u8)}}","size":5}]]""", Json(metadata, "layers", "step1:0"));
    }

    [Fact]
    public void Write_Graph_HasNeitherSessionsNorCredentials()
    {
        var git = LlbState.Git("https://user:pass@host.example/a.git", new GitSourceOptions { Ref = "v1" });
        var tree = LlbState.Scratch.File(null, FileStep.Copy(git, "/", "/", new CopyOptions()), FileStep.Copy(LlbState.Local("context", new LocalSourceOptions { SessionId = "of-somebody" }), "/", "/", new CopyOptions()));
        var text = Write(Describe(LlbMarshaller.Marshal(tree)), isOlder: false).ToJsonString();
        Assert.Contains("xxxxx:xxxxx@host.example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("user:pass", text, StringComparison.Ordinal);
        Assert.DoesNotContain("of-somebody", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WithoutGraph_TellsLessAndSaysSo()
    {
        _capture.AddFolder("context");
        var predicate = Write(null, isOlder: false);
        var request = predicate["buildDefinition"]!["externalParameters"]!["request"]!.AsObject();
        Assert.False(request.ContainsKey("args"));
        Assert.False(request.ContainsKey("secrets"));
        Assert.Equal("""[{"name":"context"}]""", Json(request, "locals"));
        Assert.False(predicate["buildDefinition"]!["internalParameters"]!.AsObject().ContainsKey("buildConfig"));
        Assert.Equal(["vcs"], predicate["runDetails"]!["metadata"]!["buildkit_metadata"]!.AsObject().Select(p => p.Key));
        Assert.Equal("""{"request":false,"resolvedDependencies":false}""", Json(predicate, "runDetails", "metadata", "buildkit_completeness"));
        Assert.False(predicate["runDetails"]!["metadata"]!.AsObject().ContainsKey("buildkit_hermetic"));
    }

    private static Definition Graph()
    {
        var copied = LlbState.Scratch.File(null, FileStep.Copy(LlbState.Local("context"), "/f", "/", new CopyOptions())).At(new SourcePlace(s_text, 2, 2));
        return LlbMarshaller.Marshal(copied);
    }

    private static DescribedGraph Describe(Definition graph)
    {
        var edge = LlbGraph.Load(graph);
        return new DescribedGraph(edge, graph.Source, [(edge.Vertex, 0, [new Descriptor { MediaType = "t", Digest = Digest.Of("l"u8), Size = 5 }])]);
    }

    private JsonNode Write(DescribedGraph? graph, bool isOlder)
    {
        var arguments = new Dictionary<string, string> { ["build-arg:A"] = "1", ["filename"] = "my.Dockerfile", ["vcs:source"] = "https://host.example/r.git" };
        var predicate = BuildKitPredicate.Write(
            new BuildKitProvenance
            {
                Request = RequestProvenance.Of("dockerfile.v0", arguments, _capture), Capture = _capture, Graph = graph, Invocation = "ref", Started = s_start, Finished = s_start.AddMilliseconds(500),
                Builder = Platform.LinuxArm64, BuilderId = "me", Compatibility = 30, DockerfileVersion = "1.2.3", Custom = new JsonObject { ["rack"] = 7 },
            },
            isOlder);
        Assert.Equal(isOlder ? "https://slsa.dev/provenance/v0.2" : "https://slsa.dev/provenance/v1", predicate.Type);
        return JsonNode.Parse(predicate.Json)!;
    }

    private static JsonNode At(JsonNode from, object[] path) => path.Aggregate(from, (node, part) => part is int number ? node[number]! : node[(string)part]!);

    private static string Text(JsonNode from, params object[] path) => At(from, path).GetValue<string>();

    private static string Json(JsonNode from, params object[] path) => At(from, path).ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
