using System.Text;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Protocol.Gateway;
using MsBuildKit.Tool.Tests.Daemon.Frontends;

namespace MsBuildKit.Tool.Tests.Daemon.Statements;

public sealed class ResultStatementsTests : IAsyncDisposable
{
    private const string Spdx = "https://spdx.dev/Document";

    private readonly FrontendBuild _build = new();

    public ResultStatementsTests() => _build.Folder.Write("src/file", "content");

    public ValueTask DisposeAsync() => _build.DisposeAsync();

    [Fact]
    public async Task Make_Asked_SaysWhatIsInTheResultAndHowItWasMade()
    {
        var made = await MakeAsync(await SolveAsync(), ("attest:sbom", ""), ("attest:provenance", "mode=min,builder-id=me,filename=how.json"));
        Assert.Equal(["sbom.spdx.json", "how.json"], made.Select(s => s.FileName));
        Assert.Equal("r.example/shop:1 (linux/amd64)", JsonNode.Parse((await WriteAsync(made[0])).Json)!["name"]!.GetValue<string>());
        var provenance = JsonNode.Parse((await WriteAsync(made[1])).Json)!;
        Assert.Equal(("me", "build"), (provenance["runDetails"]!["builder"]!["id"]!.GetValue<string>(), provenance["runDetails"]!["metadata"]!["invocationId"]!.GetValue<string>()));
        Assert.Equal("linux/amd64", provenance["buildDefinition"]!["internalParameters"]!["builderPlatform"]!.GetValue<string>());
        Assert.Equal("here", provenance["buildDefinition"]!["internalParameters"]!["rack"]!.GetValue<string>());
    }

    [Fact]
    public async Task Make_AllMaterialsOfAFolder_AreNotThere()
    {
        var result = await SolveAsync();
        var error = await Assert.ThrowsAsync<StatementException>(() => MakeAsync(result, ("attest:provenance", "complete-materials=true")));
        Assert.Equal("MBK2580", error.Code);
        Assert.Equal(["context", "dockerfile"], error.Folders);
    }

    [Fact]
    public async Task Make_BundleOfAFrontend_IsItsStatementsWithTheImagesFirst()
    {
        var bundle = Tree(("a.spdx.json", Statement(Spdx, "extra")), ("sbom.spdx.json", Statement(Spdx, "core")));
        var result = await SolveAsync() with { Attestations = new Dictionary<string, Attestations> { ["linux/amd64"] = new() { Attestation = { Bundle(bundle) } } } };
        var made = await MakeAsync(result, ("attest:sbom", ""));
        Assert.Equal(["sbom.spdx.json", "a.spdx.json"], made.Select(s => s.FileName));
        Assert.Equal("{\"name\":\"core\"}", Encoding.UTF8.GetString((await WriteAsync(made[0])).Json));
        Assert.True((await WriteAsync(made[0])).LacksLayers);
        Assert.False((await WriteAsync(made[1])).LacksLayers);
        Assert.Equal(Digest.Of("s"u8), Assert.Single(Assert.Single((await WriteAsync(made[1])).Subjects).Digests));
    }

    [Fact]
    public async Task Make_PredicateOfAFrontend_IsSaidOfWhatItNames()
    {
        var told = new Attestation { Kind = AttestationKind.InToto, Ref = Tree(("p.json", "{\"a\":1}")), Path = "/p.json", InTotoPredicateType = "https://example.test/p", InTotoSubjects = { new InTotoSubject { Kind = InTotoSubjectKind.Self, Name = "other" } }, Metadata = { ["inline-only"] = Google.Protobuf.ByteString.CopyFromUtf8("true") } };
        var made = Assert.Single(await MakeAsync(await SolveAsync() with { Attestations = new Dictionary<string, Attestations> { ["linux/amd64"] = new() { Attestation = { told } } } }));
        Assert.Equal(("p.json", true), (made.FileName, made.IsInlineOnly));
        var predicate = await WriteAsync(made);
        Assert.Equal(("https://example.test/p", "{\"a\":1}", "other"), (predicate.Type, Encoding.UTF8.GetString(predicate.Json), Assert.Single(predicate.Subjects).Name));
    }

    [Theory]
    [InlineData("not json", "no JSON")]
    [InlineData("{\"predicate\":{}}", "cannot decode")]
    [InlineData("{\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicate\":{}}", "may not bundle provenance")]
    [InlineData("{\"predicateType\":\"https://example.test/other\",\"predicate\":{}}", "does not match")]
    [InlineData("{\"predicateType\":\"https://spdx.dev/Document\",\"predicate\":{},\"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":\"short\"}}]}", "no digest")]
    public async Task Make_BundleThatIsNone_IsRefused(string file, string why)
    {
        var result = await SolveAsync() with { Attestations = new Dictionary<string, Attestations> { ["linux/amd64"] = new() { Attestation = { Bundle(Tree(("f.json", file))) } } } };
        var error = await Assert.ThrowsAsync<StatementException>(() => MakeAsync(result));
        Assert.Equal("MBK2582", error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static Attestation Bundle(Ref tree) => new() { Kind = AttestationKind.Bundle, Ref = tree, InTotoPredicateType = Spdx, Metadata = { ["sbom-core"] = Google.Protobuf.ByteString.CopyFromUtf8("sbom") } };

    private static string Statement(string type, string name) => $$"""{"_type":"https://in-toto.io/Statement/v1","predicateType":"{{type}}","predicate":{"name":"{{name}}"},"subject":[{"name":"x","digest":{"sha256":"{{Digest.Of("s"u8).Hex}}"} }]}""";

    private static Task<Predicate> WriteAsync(ResultStatement statement) => statement.Write([ImageReference.Parse("r.example/shop:1")], TestContext.Current.CancellationToken);

    private Task<FrontendResult> SolveAsync() => _build.SolveAsync("FROM scratch\nENV a=b\nCOPY file /\n");

    private Ref Tree(params (string Path, string Text)[] files) => new() { Id = _build.Bridge.Add(LlbMarshaller.Marshal(LlbState.Scratch.File("said", [.. files.Select(f => FileStep.MakeFile("/" + f.Path, 0b110_100_100, Encoding.UTF8.GetBytes(f.Text)))]))).Id };

    private async Task<IReadOnlyList<ResultStatement>> MakeAsync(FrontendResult result, params (string Key, string Value)[] attributes)
    {
        var captures = await new ResultCaptures(_build.Bridge).GatherAsync(result, TestContext.Current.CancellationToken);
        var maker = new ProvenanceMaker("build", DateTimeOffset.UnixEpoch, Platform.LinuxAmd64, 30, new JsonObject { ["rack"] = "here" });
        return (await new ResultStatements(_build.Bridge, AttestRequest.Of(attributes.ToDictionary(a => a.Key, a => a.Value)), maker).MakeAsync(result, captures, TestContext.Current.CancellationToken))["linux/amd64"];
    }
}
