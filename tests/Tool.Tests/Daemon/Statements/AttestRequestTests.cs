using MsBuildKit.Tool.Daemon.Statements;

namespace MsBuildKit.Tool.Tests.Daemon.Statements;

public sealed class AttestRequestTests
{
    [Fact]
    public void Of_NothingAsked_IsNothing()
    {
        var asked = Read(("filename", "Dockerfile"));
        Assert.Null(asked.Sbom);
        Assert.Null(asked.Provenance);
    }

    [Fact]
    public void Of_Provenance_IsFullAndNewUnlessItSaysElse()
    {
        Assert.Equal(new ProvenanceOptions(), Read(("attest:provenance", "")).Provenance);
        Assert.Equal(new ProvenanceOptions(), Read(("build-arg:BUILDKIT_ATTEST_PROVENANCE", "mode=full,version=v1")).Provenance);
        Assert.Equal(
            new ProvenanceOptions { IsFull = false, IsOlder = true, BuilderId = "https://me.example/?a,b", FileName = "p.json", IsReproducible = true, IsInlineOnly = true, NeedsAllMaterials = true },
            Read(("attest:provenance", "mode=min,version=v0.2,\"builder-id=https://me.example/?a,b\",filename=p.json,reproducible=true,inline-only=1,complete-materials=true,capture-usage=true")).Provenance);
        Assert.Null(Read(("attest:provenance", "disabled=true")).Provenance);
    }

    [Fact]
    public void Of_Sbom_NamesAScannerOrNone()
    {
        Assert.Null(Read(("attest:sbom", "")).Sbom!.Generator);
        var scanned = Read(("build-arg:BUILDKIT_ATTEST_SBOM", "generator=r.example/scan:1,FORM=x")).Sbom!;
        Assert.Equal("r.example/scan:1", scanned.Generator!.ToString());
        Assert.Equal(new Dictionary<string, string> { ["FORM"] = "x" }, scanned.Parameters);
        Assert.Null(Read(("attest:sbom", "disabled=true")).Sbom);
    }

    [Fact]
    public void Of_Faults_AreAllTold()
    {
        var error = Assert.Throws<StatementException>(() => Read(("attest:provenance", "mode=most,version=v2,reproducible=maybe"), ("attest:sbom", "generator="), ("attest:vsa", "")));
        Assert.Equal("MBK2581", error.Code);
        foreach (var told in (string[])["invalid mode \"most\"", "v2", "reproducible", "sbom generator cannot be empty", "unknown attestation type \"vsa\""]) Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    private static AttestRequest Read(params (string Key, string Value)[] attributes) => AttestRequest.Of(attributes.ToDictionary(a => a.Key, a => a.Value));
}
