using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Daemon;

/// <summary>What serve keeps, as docker buildx shows and removes it. The store is this class's own: what one test removes another would miss.</summary>
public sealed class ServedRecordsTests(ServedDaemon daemon) : IClassFixture<ServedDaemon>
{
    private const string Failing = "FROM scratch\nCOPY busybox /bin/sh\nRUN --mount=type=cache,target=/c echo kept > /c/f\nRUN echo said; exit 5\n";

    [Fact]
    public async Task Usage_AfterBuilds_IsShownAndPruned()
    {
        using var context = MakeSteps("FROM scratch\nCOPY busybox /bin/sh\nRUN --mount=type=cache,id=pip,target=/c echo kept > /c/f\n");
        (await daemon.BuildAsync(context, "-o", $"type=oci,dest={context["out.tar"]}")).Succeeded();
        var mounts = (await daemon.RunAsync("du", "--verbose", "--filter", "type=exec.cachemount")).Succeeded().Output;
        Assert.Contains("cached mount", mounts);
        Assert.Contains("source.local", (await daemon.RunAsync("du", "--verbose")).Succeeded().Output);
        var gone = (await daemon.RunAsync("prune", "--force", "--filter", "type=exec.cachemount")).Succeeded().Output;
        Assert.DoesNotContain("Total:\t0B", gone);
        Assert.DoesNotContain("cached mount", (await daemon.RunAsync("du", "--verbose")).Succeeded().Output);
        (await daemon.RunAsync("prune", "--force", "--all")).Succeeded();
        Assert.Matches(@"Total:\s+0B", (await daemon.RunAsync("du")).Succeeded().Output);
        (await daemon.BuildAsync(context, "-o", $"type=oci,dest={context["out.tar"]}")).Succeeded();
    }

    [Fact]
    public async Task History_OfBuilds_IsListedToldAndRemoved()
    {
        using var context = MakeSteps(Failing);
        (await daemon.BuildAsync(context)).Failed();
        var id = (await daemon.RunAsync("history", "ls", "--filter", "status=error", "--format", "{{.Ref}}")).Succeeded().Output.Trim().Split('\n')[0].Split('/')[^1];
        Assert.Contains("said", (await daemon.RunAsync("history", "logs", "--progress", "plain", id)).Succeeded().All);
        var told = (await daemon.RunAsync("history", "inspect", id)).Succeeded().Output;
        Assert.Contains("exit code: 5", told);
        Assert.Contains("Build Steps:", told);
        (await daemon.RunAsync("history", "rm", id)).Succeeded();
        Assert.DoesNotContain(id, (await daemon.RunAsync("history", "ls")).Succeeded().Output);
    }

    [Fact]
    public async Task History_EveryBuild_HasItsProvenance()
    {
        using var context = daemon.MakeContext(("Dockerfile", "FROM scratch\nARG WHO\nCOPY a /\n"), ("a", "A"));
        (await daemon.BuildAsync(context, "--provenance=false", "--build-arg", "WHO=me", "-o", $"type=oci,dest={context["out.tar"]}", "--metadata-file", context["meta.json"])).Succeeded();
        var id = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(context["meta.json"]))!["buildx.build.ref"]!.GetValue<string>().Split('/')[^1];
        var told = (await daemon.RunAsync("history", "inspect", id)).Succeeded().Output;
        Assert.Contains("https://slsa.dev/provenance/v1", told);
        Assert.Matches(@"WHO\s+me", told);
        var predicate = System.Text.Json.Nodes.JsonNode.Parse((await daemon.RunAsync("history", "inspect", "attachment", "--type", "provenance", id)).Succeeded().Output)!;
        Assert.Equal("me", predicate["buildDefinition"]!["externalParameters"]!["request"]!["args"]!["build-arg:WHO"]!.GetValue<string>());
        Assert.Equal(id, predicate["runDetails"]!["metadata"]!["invocationId"]!.GetValue<string>());
        Assert.NotNull(System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(context["meta.json"]))!["buildx.build.provenance"]);
    }

    private TempFolder MakeSteps(string dockerfile)
    {
        var context = daemon.MakeContext(("Dockerfile", dockerfile));
        File.Copy(RealTool.Find("busybox"), context["busybox"]);
        return context;
    }
}
