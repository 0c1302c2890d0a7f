using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit.Web;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Frontends.Dockerfile;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Frontends;

public sealed class DockerfileFrontendTests : IAsyncDisposable
{
    private const string Scratch = "FROM scratch\nENV A=b\nCOPY file /\n";

    private readonly FrontendBuild _build;
    private readonly RecordingFrontend _gateway = new();

    public DockerfileFrontendTests()
    {
        _build = new FrontendBuild(_gateway);
        _build.Folder.Write("src/file", "content");
    }

    public ValueTask DisposeAsync() => _build.DisposeAsync();

    [Fact]
    public async Task Solve_OnePlatform_GivesOneTreeAndItsConfiguration()
    {
        var result = await _build.SolveAsync(Scratch, ("label:maker", "me"));
        Assert.Equal([""], result.Refs.Keys);
        Assert.Equal("""{"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}}]}""", result.Metadata["refs.platforms"].ToStringUtf8());
        using var config = JsonDocument.Parse(result.Metadata["containerimage.config"].Memory);
        Assert.Equal("me", config.RootElement.GetProperty("config").GetProperty("Labels").GetProperty("maker").GetString());
        Assert.Equal([true, false], config.RootElement.GetProperty("history").EnumerateArray().Select(h => h.TryGetProperty("empty_layer", out var empty) && empty.GetBoolean()));
        Assert.Empty(config.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray());
        Assert.DoesNotContain("source.date.epoch", result.Metadata.Keys);
        Assert.DoesNotContain("containerimage.base.config", result.Metadata.Keys);
    }

    [Fact]
    public async Task Solve_TheTimeOfAContextThatHasNone_IsNotTold() =>
        Assert.DoesNotContain("source.date.epoch", (await _build.SolveAsync(Scratch, ("build-arg:SOURCE_DATE_EPOCH", "context"))).Metadata.Keys);

    [Fact]
    public async Task Solve_ATimeInTheDockerfile_IsToldExporters() =>
        Assert.Equal("12", (await _build.SolveAsync("ARG SOURCE_DATE_EPOCH=12\n" + Scratch)).Metadata["source.date.epoch"].ToStringUtf8());

    [Fact]
    public async Task Solve_ADockerfileThatGrewMeanwhile_IsNotReadInPart()
    {
        await _build.SolveAsync(Scratch);
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => _build.SolveAsync("ARG A=12\n" + Scratch));
        Assert.Contains("changed during the build", error.Message);
    }

    [Fact]
    public async Task Solve_AnInputWithoutAGraph_IsRefused()
    {
        var call = FrontendBuild.CallWith(new Dictionary<string, Definition> { ["context"] = new() });
        var error = await Assert.ThrowsAsync<FrontendException>(() => _build.SolveAsync(call));
        Assert.Contains("invalid nil input definition to definition op: 'context'", error.Message);
    }

    [Fact]
    public async Task Solve_SeveralPlatforms_GivesTreesByPlatform()
    {
        var result = await _build.SolveAsync(Scratch, ("platform", "linux/amd64,linux/arm/v7"), ("build-arg:SOURCE_DATE_EPOCH", "12"));
        Assert.Equal(["linux/amd64", "linux/arm/v7"], result.Refs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            """{"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}},{"ID":"linux/arm/v7","Platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}""",
            result.Metadata["refs.platforms"].ToStringUtf8());
        Assert.Contains("\"arm\"", result.Metadata["containerimage.config/linux/arm/v7"].ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal("12", result.Metadata["source.date.epoch/linux/amd64"].ToStringUtf8());
    }

    [Fact]
    public async Task Solve_OnePlatformThatIsOneOfSeveral_HasAName()
    {
        var result = await _build.SolveAsync(Scratch, ("multi-platform", "true"));
        Assert.Equal(["linux/amd64"], result.Refs.Keys);
        Assert.Contains("containerimage.config/linux/amd64", result.Metadata.Keys);
    }

    [Fact]
    public async Task Solve_NothingInTheImage_HasATreeAllTheSame()
    {
        var result = await _build.SolveAsync("FROM scratch\nENV A=b\n");
        Assert.Empty(Assert.IsType<LayersResult>(await result.Refs[""].SolveAsync(default)).Chain.Layers);
    }

    [Fact]
    public async Task Solve_LocalSources_HaveBuildKitsNames()
    {
        await _build.SolveAsync(Scratch);
        var names = (await _build.ReadStatusAsync()).SelectMany(s => s.Vertexes).Select(v => v.Name).ToHashSet();
        Assert.Contains("[internal] load build definition from Dockerfile", names);
        Assert.Contains("[internal] load .dockerignore", names);
        Assert.Contains("[internal] load build context", names);
    }

    [Theory]
    [InlineData(".dockerignore")]
    [InlineData("Dockerfile.dockerignore")]
    public async Task Solve_IgnoredFile_IsLeftOutOfTheContext(string file)
    {
        _build.Folder.Write("src/.dockerignore", "other\n");
        _build.Folder.Write("src/" + file, "# no secrets\n*.key\n");
        var ops = (await _build.SolveAsync(Scratch)).Refs[""].Graph!.Def.Select(d => Op.Parser.ParseFrom(d));
        Assert.Equal("""["*.key"]""", ops.Single(o => o.Source?.Identifier == "local://context").Source.Attrs["local.excludepatterns"]);
    }

    [Fact]
    public async Task Solve_NameThatIsSmall_IsFoundToo()
    {
        _build.Folder.Write("src/dockerfile", "FROM scratch\nLABEL small=yes\n");
        var result = await _build.SolveAsync(FrontendBuild.Call());
        Assert.Contains("small", result.Metadata["containerimage.config"].ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Solve_NoDockerfile_SaysSo()
    {
        var error = await Assert.ThrowsAsync<FrontendException>(() => _build.SolveAsync(FrontendBuild.Call(("filename", "build/Other"))));
        Assert.Equal("MBK2521", error.Code);
        Assert.Contains("failed to read dockerfile: open build/Other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Solve_Warnings_AreToldOfTheVertexThatReadTheDockerfile()
    {
        await _build.SolveAsync("FROM scratch AS Base\nCOPY file /\n");
        var told = await _build.ReadStatusAsync();
        var warning = Assert.Single(told.SelectMany(s => s.Warnings));
        Assert.StartsWith("StageNameCasing: ", warning.Short.ToStringUtf8(), StringComparison.Ordinal);
        Assert.EndsWith(" (line 1)", warning.Short.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal((1, "https://docs.docker.com/go/dockerfile/rule/stage-name-casing/"), (warning.Level, warning.Url));
        Assert.Equal(("Dockerfile", "Dockerfile"), (warning.Info.Filename, warning.Info.Language));
        Assert.StartsWith("FROM scratch AS Base", warning.Info.Data.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal((1, 1), (warning.Ranges[0].Start.Line, warning.Ranges[0].End.Line));
        Assert.Equal("[internal] load build definition from Dockerfile", told.SelectMany(s => s.Vertexes).First(v => v.Digest == warning.Vertex).Name);
    }

    [Fact]
    public async Task Solve_ChecksThatMustPass_FailTheBuildAfterTheyWereTold()
    {
        var error = await Assert.ThrowsAsync<SourceFailure>(() => _build.SolveAsync("# check=error=true\nFROM scratch AS Base\nCOPY file /\n"));
        Assert.Equal("MBK1961", error.Code);
        Assert.Single((await _build.ReadStatusAsync()).SelectMany(s => s.Warnings));
    }

    [Fact]
    public async Task Solve_FaultsOfTheText_AreAllToldWithTheirPlaces()
    {
        var error = await Assert.ThrowsAsync<SourceFailure>(() => _build.SolveAsync("FROM scratch\nFOO bar\nBAR foo\n"));
        Assert.StartsWith("dockerfile parse error on line 2: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("dockerfile parse error on line 3: ", error.Message, StringComparison.Ordinal);
        Assert.Equal([2, 3], error.Ranges.Select(r => r.Start.Line));
        Assert.Equal("Dockerfile", error.Info.Filename);
        Assert.NotEmpty(error.Info.Definition.Def);
    }

    [Fact]
    public async Task Solve_TargetThatIsNotThere_IsAtAPlace()
    {
        var error = await Assert.ThrowsAsync<SourceFailure>(() => _build.SolveAsync(Scratch, ("target", "app")));
        Assert.DoesNotContain("parse error", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Ranges);
    }

    [Theory]
    [InlineData("# syntax=docker/dockerfile:1\n", "docker/dockerfile:1", "docker/dockerfile:1")]
    [InlineData("# syntax = other.example/frontend:2 with options\n", "other.example/frontend:2", "other.example/frontend:2 with options")]
    [InlineData("// syntax=other.example/slash\nnot a Dockerfile at all\n", "other.example/slash", "other.example/slash")]
    public async Task Solve_SyntaxLine_HandsTheCallOn(string line, string image, string command)
    {
        var result = await _build.SolveAsync(line + Scratch, ("target", "x"), ("frontend.caps", "new+forward"));
        Assert.Same(_gateway.Result, result);
        Assert.Equal((image, command, "x"), (_gateway.Call!.Attributes["source"], _gateway.Call.Attributes["cmdline"], _gateway.Call.Attributes["target"]));
    }

    [Fact]
    public async Task Solve_SyntaxArgument_StandsBeforeTheLine()
    {
        await _build.SolveAsync("# syntax=docker/dockerfile:1\n" + Scratch, ("build-arg:BUILDKIT_SYNTAX", " other/one:1 a b"));
        Assert.Equal(("other/one:1", " other/one:1 a b"), (_gateway.Call!.Attributes["source"], _gateway.Call.Attributes["cmdline"]));
    }

    [Theory]
    [InlineData("build-arg:BUILDKIT_SYNTAX", "dockerfile.v0")]
    [InlineData("cmdline", "docker/dockerfile:1")]
    public async Task Solve_FrontendThatIsThisOne_IsNotHandedOn(string key, string value)
    {
        var result = await _build.SolveAsync("# syntax=docker/dockerfile:1\n" + Scratch, (key, value));
        Assert.Null(_gateway.Call);
        Assert.NotEmpty(result.Refs);
    }

    [Fact]
    public async Task Solve_FrontendThatFails_IsShownAtItsLine()
    {
        _gateway.Error = new FrontendException("MBK2525", ErrorKind.NotFound, "It is not there.");
        var error = await Assert.ThrowsAsync<SourceFailure>(() => _build.SolveAsync("# check=skip=all\n# syntax=docker/dockerfile:1\n" + Scratch));
        Assert.Equal(("MBK2525", 2), (error.Code, Assert.Single(error.Ranges).Start.Line));
    }

    [Fact]
    public async Task Solve_CapabilityThatIsNotThere_IsRefusedByName()
    {
        var error = await Assert.ThrowsAsync<FrontendException>(() => _build.SolveAsync(Scratch, ("frontend.caps", "new+forward")));
        Assert.Equal(("unsupported frontend capability new", "new"), (error.Message, error.Capability));
    }

    [Fact]
    public async Task Solve_Inputs_StandInForFolders()
    {
        var context = LlbState.Local("more", "[given] files");
        var call = FrontendBuild.CallWith(new() { ["dockerfile"] = LlbMarshaller.Marshal(LlbState.Local("more", "[given] definition")), ["context"] = LlbMarshaller.Marshal(context) });
        _build.Folder.Write("more/Dockerfile", "FROM scratch\nCOPY data /\n");
        var graph = (await _build.SolveAsync(call)).Refs[""].Graph!;
        Assert.Equal(LlbMarshaller.Marshal(context).Def[0], graph.Def[0]);
    }

    [Fact]
    public async Task Solve_FolderOfAnInput_IsCopiedOutOfIt()
    {
        _build.Folder.Write("src/Dockerfile", "FROM scratch\nCOPY data /\n");
        var call = FrontendBuild.CallWith(new() { ["context"] = LlbMarshaller.Marshal(LlbState.Local("more")) }, ("contextsubdir", "sub"));
        var ops = (await _build.SolveAsync(call)).Refs[""].Graph!.Def.Select(d => Op.Parser.ParseFrom(d)).ToList();
        Assert.Equal(("/sub", true), (ops[1].File.Actions[0].Copy.Src, ops[1].File.Actions[0].Copy.DirCopyContents));
    }

    [Fact]
    public async Task Solve_AddressOfADockerfile_IsTheDockerfileAndWhatItCopiesOf()
    {
        await using var web = await FileServer.StartAsync();
        web.Put("/some/file", "FROM scratch AS Base\nCOPY context /copied\n"u8.ToArray());
        var graph = (await _build.SolveAsync(FrontendBuild.Call(("context", $"http://{web.Host}/some/file")))).Refs[""].Graph!;
        var source = Op.Parser.ParseFrom(graph.Def[0]).Source;
        Assert.Equal(($"http://{web.Host}/some/file", "context"), (source.Identifier, source.Attrs["http.filename"]));
        Assert.Equal("context", Assert.Single((await _build.ReadStatusAsync()).SelectMany(s => s.Warnings)).Info.Filename);
    }

    [Fact]
    public async Task Solve_NamedContexts_TakeTheirPlace()
    {
        _build.Folder.Write("more/.dockerignore", "secret\n");
        _build.Folder.Write("more/data", "x");
        var config = Convert.ToBase64String("""{"architecture":"amd64","os":"linux","config":{"User":"app"},"rootfs":{"type":"layers","diff_ids":[]}}"""u8);
        _build.Folder.Write("src/Dockerfile", "FROM base\nCOPY --from=files data /\n");
        var call = FrontendBuild.CallWith(
            new() { ["given"] = LlbMarshaller.Marshal(LlbState.Local("context", "[given] base")) },
            ("context:base", "input:given"), ("input-metadata:given", $$"""{"containerimage.config":"{{config}}"}"""), ("context:files", "local:more"));
        var result = await _build.SolveAsync(call);
        Assert.Contains("\"app\"", result.Metadata["containerimage.config"].ToStringUtf8(), StringComparison.Ordinal);
        Assert.Contains("\"app\"", result.Metadata["containerimage.base.config"].ToStringUtf8(), StringComparison.Ordinal);
        var lent = result.Refs[""].Graph!.Def.Select(d => Op.Parser.ParseFrom(d)).Single(o => o.Source?.Identifier == "local://more").Source.Attrs;
        Assert.Equal("""["secret"]""", lent["local.excludepatterns"]);
        Assert.Equal("context:files-", lent["local.sharedkeyhint"]);
    }

    [Theory]
    [InlineData("frontend.outline", "1.0.0", "BUILD ARG")]
    [InlineData("frontend.targets", "1.0.0", "(default)")]
    [InlineData("frontend.lint", "1.0.0", "StageNameCasing")]
    [InlineData("frontend.subrequests.describe", "1.0.0", "convertllb")]
    public async Task Solve_Question_IsAnsweredWithoutATree(string question, string version, string expected)
    {
        var result = await _build.SolveAsync("ARG VERSION=1\nFROM scratch AS Base\nARG VERSION\nCOPY file /\nFROM base\nARG VERSION\n", ("requestid", question));
        Assert.Empty(result.Refs);
        Assert.Equal(version, result.Metadata["version"].ToStringUtf8());
        Assert.Contains(expected, result.Metadata["result.txt"].ToStringUtf8(), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(result.Metadata["result.json"].Memory);
        Assert.Equal(question == "frontend.lint" ? "1" : null, result.Metadata.GetValueOrDefault("result.statuscode")?.ToStringUtf8());
    }

    [Fact]
    public async Task Solve_QuestionForTheGraph_IsAnsweredInJsonAlone()
    {
        var result = await _build.SolveAsync(Scratch, ("requestid", "frontend.convertllb"));
        Assert.Equal(["result.json", "version"], result.Metadata.Keys.Order(StringComparer.Ordinal));
        using var json = JsonDocument.Parse(result.Metadata["result.json"].Memory);
        Assert.NotEmpty(json.RootElement.GetProperty("def").EnumerateObject());
    }

    [Fact]
    public async Task Solve_QuestionThatNobodyAnswers_IsRefusedByName()
    {
        var error = await Assert.ThrowsAsync<FrontendException>(() => _build.SolveAsync(Scratch, ("requestid", "frontend.dance")));
        Assert.Equal(("unsupported request frontend.dance", "frontend.dance", "MBK2522"), (error.Message, error.Subrequest, error.Code));
    }

    private sealed class RecordingFrontend : IFrontend
    {
        public FrontendResult Result { get; } = new();

        public FrontendCall? Call { get; private set; }

        public BuildException? Error { get; set; }

        public Task<FrontendResult> SolveAsync(BuildBridge bridge, FrontendCall call, CancellationToken cancellationToken)
        {
            Call = call;
            return Error is null ? Task.FromResult(Result) : Task.FromException<FrontendResult>(Error);
        }
    }
}
