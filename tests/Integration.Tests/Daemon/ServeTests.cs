using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Daemon;

/// <summary>serve, for a client that was made for BuildKit.</summary>
public sealed class ServeTests(ServedDaemon daemon) : IClassFixture<ServedDaemon>
{
    private const string Steps = """
        FROM scratch AS base
        COPY busybox /bin/busybox
        RUN ["/bin/busybox","--install","-s","/bin"]
        FROM base AS parts
        RUN --mount=type=secret,id=token cat /run/secrets/token > /token
        RUN --mount=type=cache,target=/c echo x >> /c/f && wc -l < /c/f > /lines
        RUN --mount=type=bind,target=/ctx cat /ctx/note > /note
        RUN --mount=type=tmpfs,target=/t touch /t/x
        FROM base
        ARG WHO=nobody
        COPY --from=parts /token /lines /note /
        RUN echo "hello $WHO" > /greeting
        CMD ["cat","/greeting"]
        """;

    [Fact]
    public async Task Build_StepsWithEveryMount_LeaveTheirFiles()
    {
        using var context = MakeSteps(Steps, ("note", "noted"), ("secret", "geheim"));
        (await daemon.BuildAsync(context, "--secret", $"id=token,src={context["secret"]}", "--build-arg", "WHO=you", "-o", $"type=local,dest={context["out"]}")).Succeeded();
        Assert.Equal(("geheim", "noted", "hello you\n"), (File.ReadAllText(context["out/token"]), File.ReadAllText(context["out/note"]), File.ReadAllText(context["out/greeting"])));
        var again = (await daemon.BuildAsync(context, "--secret", $"id=token,src={context["secret"]}", "--build-arg", "WHO=you")).Succeeded();
        Assert.Contains("CACHED", again.Error);
    }

    [Fact]
    public async Task Build_EveryArchive_HasTheImage()
    {
        using var context = daemon.MakeContext(("Dockerfile", "FROM scratch\nCOPY a /x/\nENV K=v\n"), ("a", "A"));
        (await daemon.BuildAsync(context, "-t", "shop:1", "-o", $"type=oci,dest={context["oci.tar"]}", "--provenance=false")).Succeeded();
        (await daemon.BuildAsync(context, "-t", "shop:1", "-o", $"type=docker,dest={context["docker.tar"]}", "--provenance=false")).Succeeded();
        (await daemon.BuildAsync(context, "-o", $"type=tar,dest={context["files.tar"]}")).Succeeded();
        (await daemon.BuildAsync(context, "-o", $"type=oci,tar=false,dest={context["layout"]}", "--provenance=false")).Succeeded();
        Assert.Contains("manifest.json", Names(context["docker.tar"]));
        Assert.Contains("x/a", Names(context["files.tar"]));
        Assert.Equal("\"K=v\"", JsonNode.Parse((await Command.RunAsync(RealTool.Find("skopeo"), ["inspect", "--config", $"oci-archive:{context["oci.tar"]}"])).Succeeded().Output)!["config"]!["Env"]!.AsArray()[^1]!.ToJsonString());
        Assert.Single((await Command.RunAsync(RealTool.Find("skopeo"), ["inspect", $"oci:{context["layout"]}"])).Succeeded().Output.Split("\"Layers\"")[1..]);
    }

    [Fact]
    public async Task Build_Pushed_IsWhatWasAskedForWithItsStatements()
    {
        await using var registry = await DockerRegistry.StartAsync();
        using var context = daemon.MakeContext(("Dockerfile", "FROM scratch\nARG WHO\nCOPY a /\nLABEL who=$WHO\n"), ("a", "A"));
        var name = $"{registry.Host}/team/app:1";
        (await daemon.BuildAsync(context, "-t", name, "--push", "--sbom=true", "--provenance=mode=max", "--build-arg", "WHO=me", "--metadata-file", context["meta.json"])).Succeeded();
        var digest = JsonNode.Parse(File.ReadAllText(context["meta.json"]))!["containerimage.digest"]!.GetValue<string>();
        Assert.Equal(digest, await Crane.DigestAsync(name));
        var provenance = (await Buildx.InspectAsync(name, "{{json .Provenance.SLSA}}"))!;
        var request = provenance["buildDefinition"]!["externalParameters"]!["request"]!;
        Assert.Equal(("dockerfile.v0", "me"), (request["frontend"]!.GetValue<string>(), request["args"]!["build-arg:WHO"]!.GetValue<string>()));
        Assert.Equal(["context", "dockerfile"], request["locals"]!.AsArray().Select(l => l!["name"]!.GetValue<string>()));
        Assert.Contains("COPY a /", Encoding.UTF8.GetString(Convert.FromBase64String(provenance["runDetails"]!["metadata"]!["buildkit_metadata"]!["source"]!["infos"]![0]!["data"]!.GetValue<string>())), StringComparison.Ordinal);
        Assert.InRange(DateTimeOffset.UtcNow - provenance["runDetails"]!["metadata"]!["startedOn"]!.GetValue<DateTimeOffset>(), TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Assert.NotNull((await Buildx.InspectAsync(name, "{{json .SBOM.SPDX}}"))!["spdxVersion"]);
    }

    [Fact]
    public async Task Build_Files_HaveStatementsBesideThemOnlyWhenTheyAreAskedFor()
    {
        using var context = daemon.MakeContext(("Dockerfile", "FROM scratch\nCOPY a /\n"), ("a", "A"));
        (await daemon.BuildAsync(context, "-o", $"type=local,dest={context["plain"]}")).Succeeded();
        Assert.Equal(["a"], Directory.EnumerateFiles(context["plain"]).Select(Path.GetFileName));
        (await daemon.BuildAsync(context, "--attest", "type=provenance,mode=max,version=v0.2", "--sbom=true", "-o", $"type=local,platform-split=true,attestation-prefix=said-,dest={context["out"]}")).Succeeded();
        Assert.Equal(["a", "said-provenance.json", "said-sbom.spdx.json"], Directory.EnumerateFiles(Directory.EnumerateDirectories(context["out"]).Single()).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var statement = JsonNode.Parse(File.ReadAllText(Directory.EnumerateFiles(context["out"], "said-provenance.json", SearchOption.AllDirectories).Single()))!;
        Assert.Equal(("https://slsa.dev/provenance/v0.2", "a"), (statement["predicateType"]!.GetValue<string>(), statement["subject"]![0]!["name"]!.GetValue<string>()));
        Assert.Equal("https://mobyproject.org/buildkit@v1", statement["predicate"]!["buildType"]!.GetValue<string>());
    }

    [Fact]
    public async Task Build_StepThatFails_ShowsTheLineAndTheCode()
    {
        using var context = MakeSteps("FROM scratch\nCOPY busybox /bin/sh\nRUN echo out; exit 42\n");
        var said = (await daemon.BuildAsync(context)).Failed().Error;
        Assert.Contains(">>> RUN echo out; exit 42", said);
        Assert.Contains("did not complete successfully: exit code: 42", said);
    }

    [Fact]
    public async Task Build_DockerfileWithFaults_ShowsTheLine()
    {
        using var context = daemon.MakeContext(("Dockerfile", "FROM scratch\nRNU x\n"));
        var said = (await daemon.BuildAsync(context)).Failed().Error;
        Assert.Contains(">>> RNU x", said);
        Assert.Contains("MBK1920", said);
    }

    [Fact]
    public async Task Build_WithoutTheGrant_IsRefused()
    {
        using var context = MakeSteps("FROM scratch\nCOPY busybox /bin/sh\nRUN --network=host true\n");
        Assert.Contains("network.host is not allowed", (await daemon.BuildAsync(context)).Failed().Error);
        Assert.Contains("not allowed by build daemon configuration", (await daemon.BuildAsync(context, "--allow", "network.host")).Failed().Error);
    }

    [Fact]
    public async Task Call_OfEveryKind_Answers()
    {
        using var context = daemon.MakeContext(("Dockerfile", "FROM scratch AS one\n# what it does\nARG A=1\nFROM one\nCOPY --from=one / /\nMAINTAINER x\n"));
        Assert.Contains("one", (await daemon.BuildAsync(context, "--call", "targets")).Succeeded().Output);
        Assert.Contains("A", (await daemon.BuildAsync(context, "--call", "outline", "--target", "one")).Succeeded().Output);
        Assert.Contains("MaintainerDeprecated", (await daemon.BuildAsync(context, "--call", "check")).Failed().All);
    }

    [Fact]
    public async Task Build_ContextsOfEveryKind_AreUsed()
    {
        using var other = daemon.MakeContext(("b", "B"));
        using var context = daemon.MakeContext(("Dockerfile", "FROM inner AS i\nFROM scratch\nCOPY --from=other b /\nCOPY --from=i /a /\n"), ("image/Dockerfile", "FROM scratch\nCOPY a /\n"), ("image/a", "A"));
        (await daemon.RunAsync("build", "-o", $"type=oci,tar=false,dest={context["layout"]}", "--provenance=false", "-t", "inner:1", context["image"])).Succeeded();
        (await daemon.BuildAsync(context, "--build-context", $"other={other.Path}", "--build-context", $"inner=oci-layout://{context["layout"]}:1", "-o", $"type=local,dest={context["out"]}")).Succeeded();
        Assert.Equal(("A", "B"), (File.ReadAllText(context["out/a"]), File.ReadAllText(context["out/b"])));
    }

    [Fact]
    public async Task Build_ChangedContext_IsNeverStale()
    {
        using var context = daemon.MakeContext(("Dockerfile", "FROM scratch\nCOPY . /\n"), (".dockerignore", "out*\n"), ("a, b", "1"), ("gone", "x"));
        var time = DateTime.UtcNow.AddHours(1);
        for (var i = 0; i < 3; i++)
        {
            // The same size and the same time, which is too late for anybody to trust it.
            File.WriteAllText(context["a, b"], $"{i}");
            File.SetLastWriteTimeUtc(context["a, b"], time);
            (await daemon.BuildAsync(context, "-o", $"type=local,dest={context[$"out{i}"]}")).Succeeded();
            Assert.Equal($"{i}", File.ReadAllText(context[$"out{i}/a, b"]));
            Assert.Equal(i == 0, File.Exists(context[$"out{i}/gone"]));
            File.Delete(context["gone"]);
        }
    }

    [Fact]
    public async Task Build_ManyAtOnce_AreEachRight()
    {
        var builds = Enumerable.Range(0, 8).Select(async number =>
        {
            using var context = MakeSteps(Steps + (number % 4 == 3 ? "\nRUN exit 7\n" : ""), ("note", $"{number}"), ("secret", "geheim"));
            var result = await daemon.BuildAsync(context, "--secret", $"id=token,src={context["secret"]}", "--build-arg", $"WHO={number}", "-o", $"type=local,dest={context["out"]}");
            if (number % 4 == 3) Assert.True(result.Failed().Error.Contains("exit code: 7", StringComparison.Ordinal), result.All + daemon.Log);
            else
            {
                result.Succeeded();
                Assert.Equal(($"hello {number}\n", $"{number}"), (File.ReadAllText(context["out/greeting"]), File.ReadAllText(context["out/note"])));
            }
        });
        await Task.WhenAll(builds);
    }

    private TempFolder MakeSteps(string dockerfile, params (string Name, string Text)[] files)
    {
        var context = daemon.MakeContext([("Dockerfile", dockerfile), .. files]);
        File.Copy(RealTool.Find("busybox"), context["busybox"]);
        return context;
    }

    private static List<string> Names(string tar)
    {
        using var reader = new TarReader(File.OpenRead(tar));
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry) names.Add(entry.Name);
        return names;
    }
}
