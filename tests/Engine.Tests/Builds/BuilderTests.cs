using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Content;
using MsBuildKit.TestKit;
using static MsBuildKit.Engine.Tests.TestImages;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Whole builds in this process, with every room real but the registry's.</summary>
public sealed class BuilderTests : IDisposable
{
    private static readonly Component s_app = new(ComponentKind.Application, "Shop", "1.0"), s_package = new(ComponentKind.Package, "Json", "13.0.1");
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Build_OnScratch_LeavesALayoutThatHoldsTheFiles()
    {
        var result = await BuildAsync(Request());
        Assert.Equal(2, result.NewLayers);
        Assert.Equal(["docker.io/team/shop:1.0"], result.Names);
        var layout = new ImageLayout(result.LayoutDirectory);
        Assert.Equal(result.Image.Digest, (await layout.FindImageAsync("1.0", default)).Digest);
        var image = await ImageResolution.ResolveAsync(layout, result.Image, Platform.LinuxAmd64, default);
        Assert.Equal(["/app/run"], image.Config.Config!.Entrypoint);
        Assert.Equal(["copy the packages", "copy the application"], image.Config.History!.Select(h => h.CreatedBy));
        Assert.Equal(["-rwxr-xr-x app/run", "drwxr-xr-x app/"], (await ListAsync(result, image.Document.Layers[1])).Order());
    }

    [Fact]
    public async Task Build_InTwoFoldersOnOtherCores_GivesOneDigest()
    {
        var digests = new List<Digest>();
        foreach (var (folder, cores) in new[] { ("one", 1), ("two", 8), ("three/deeper", 3) })
            digests.Add((await BuildAsync(Request(folder) with { Parallelism = cores })).Image.Digest);
        Assert.Single(digests.Distinct());
    }

    [Fact]
    public async Task Build_Again_ReusesEverything()
    {
        var first = await BuildAsync(Request());
        var log = new Log();
        var second = await new Builder(Services).BuildAsync(Request(), log, default);
        Assert.Equal(first.Image, second.Image);
        Assert.Equal((0, 0, 2), (second.NewLayers, second.NewBytes, second.ReusedLayers));
        Assert.All(log.Events.OfType<StepCompleted>().Where(s => !s.Name.StartsWith("read ", StringComparison.Ordinal)), s => Assert.True(s.Cached, s.Name));
        Assert.DoesNotContain(log.Events.OfType<StepStarted>(), s => s.Name.StartsWith("copy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_OneFileChanged_RemakesItsLayerOnly()
    {
        var request = Request();
        await BuildAsync(request);
        _folder.Write("src/run", "#!/bin/sh\nexit 1\n");
        var second = await BuildAsync(request);
        Assert.Equal((1, 1), (second.NewLayers, second.ReusedLayers));
    }

    [Fact]
    public async Task Build_NothingOnNothing_IsAnEmptyImage()
    {
        var result = await BuildAsync(Request() with { Images = [Image(new ScratchBase())] });
        Assert.Equal(0, result.NewLayers + result.ReusedLayers);
        Assert.NotNull(result.Images[0].ProvenancePath);
        var image = await ImageResolution.ResolveAsync(new ImageLayout(result.LayoutDirectory), result.Image, Platform.LinuxAmd64, default);
        Assert.Empty(image.Document.Layers);
    }

    [Fact]
    public async Task Build_Statements_AreFilesAndAttached()
    {
        var request = Request() with { Source = new SourceRevision("https://user:tok@host/x", "abc") };
        var result = await BuildAsync(request);
        var sbom = JsonDocument.Parse(File.ReadAllText(result.Images[0].SbomPath!)).RootElement;
        Assert.Equal(["./app/Json.dll", "./app/run"], sbom.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("fileName").GetString()));
        Assert.Equal(["team/shop:1.0", "Json", "Shop"], sbom.GetProperty("packages").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        var provenance = File.ReadAllText(result.Images[0].ProvenancePath!);
        Assert.DoesNotContain("tok", provenance);
        Assert.Contains("git+https://host/x", provenance);
        var index = ImageIndex.Parse(ReadBlob(result, result.Image.Digest));
        var attestation = ImageManifest.Parse(ReadBlob(result, index.Manifests[1].Digest));
        foreach (var layer in attestation.Layers)
        {
            var statement = JsonDocument.Parse(ReadBlob(result, layer.Digest)).RootElement;
            Assert.Equal(result.Images[0].Manifest.Digest.Hex, statement.GetProperty("subject")[0].GetProperty("digest").GetProperty("sha256").GetString());
        }
        Assert.Equal(["https://spdx.dev/Document", "https://slsa.dev/provenance/v1"], attestation.Layers.Select(l => l.Annotations![AnnotationKeys.PredicateType]));
    }

    [Fact]
    public async Task Build_SbomOfFiles_HasTheirDigests()
    {
        var result = await BuildAsync(Request());
        var file = JsonDocument.Parse(File.ReadAllText(result.Images[0].SbomPath!)).RootElement.GetProperty("files")[0];
        var checksums = file.GetProperty("checksums").EnumerateArray().ToDictionary(c => c.GetProperty("algorithm").GetString()!, c => c.GetProperty("checksumValue").GetString());
        Assert.Equal(Digest.Of(File.ReadAllBytes(_folder["src/Json.dll"])).Hex, checksums["SHA256"]);
    }

    [Fact]
    public async Task Build_EverythingThatUsersSay_ShowsInProvenance()
    {
        var plain = Request();
        Func<ProjectImageConfig, ProjectImageConfig>[] changes =
        [
            c => c with { User = "5" }, c => c with { AppCommand = ["/x"] }, c => c with { AppCommandArgs = ["x;y"] }, c => c with { DefaultArgs = ["x"] },
            c => c with { Environment = [new("A", "1")] }, c => c with { Labels = new Dictionary<string, string> { ["a"] = "1" } }, c => c with { Ports = ["1/tcp"] },
            c => c with { Volumes = ["/v"] }, c => c with { StopSignal = "SIGINT" }, c => c with { Healthcheck = new HealthcheckConfig { Test = ["NONE"] } },
            c => c with { WorkingDirectory = "/srv" },
        ];
        BuildRequest[] requests =
        [
            plain, .. changes.Select(c => plain with { Images = [plain.Images[0] with { Config = c(plain.Images[0].Config) }] }),
            plain with { Tags = ["2.0"] }, plain with { Repository = "x" }, plain with { Registry = "r.example" }, plain with { Compression = Compression.Zstd },
            plain with { CompressionLevel = 1 }, plain with { DockerFormat = false }, plain with { Annotations = new Dictionary<string, string> { ["a"] = "1" } },
        ];
        var texts = new HashSet<string>();
        foreach (var request in requests) texts.Add(File.ReadAllText((await BuildAsync(request)).Images[0].ProvenancePath!));
        Assert.Equal(requests.Length, texts.Count);
    }

    [Fact]
    public async Task Build_WithoutStatements_RemovesThoseOfTheLastBuild()
    {
        var first = await BuildAsync(Request());
        var second = await BuildAsync(Request() with { Sbom = false, Provenance = false });
        Assert.False(File.Exists(first.Images[0].SbomPath) || File.Exists(first.Images[0].ProvenancePath));
        Assert.Equal(MediaTypes.OciManifest, second.Image.MediaType);
    }

    [Theory]
    [InlineData("layout")]
    [InlineData("oci")]
    [InlineData("docker")]
    public async Task Build_OnAnImageOfOurs_AddsToIt(string kind)
    {
        var archive = _folder["base.tar"];
        var below = await BuildAsync(Request("base") with { Outputs = [new ArchiveOutput(archive, Docker: kind == "docker")] });
        var ground = new LocalBase(kind == "layout" ? below.LayoutDirectory : archive, "1.0");
        var result = await BuildAsync(Request("top") with { Images = [Image(ground, Extra("/app/more", "more", "more"))] });
        var image = await ImageResolution.ResolveAsync(new ImageLayout(result.LayoutDirectory), result.Image, Platform.LinuxAmd64, default);
        Assert.Equal(3, image.Document.Layers.Count);
        Assert.Equal(3, image.Config.History!.Count(h => !h.EmptyLayer));
        Assert.Equal(ReadManifest(below).Layers.Select(l => l.Digest), image.Document.Layers.Take(2).Select(l => l.Digest));
    }

    [Theory]
    [InlineData(null, false, Compression.Gzip, MediaTypes.DockerManifest)]
    [InlineData(null, true, Compression.Gzip, MediaTypes.OciIndex)]
    [InlineData(null, false, Compression.Zstd, MediaTypes.OciManifest)]
    [InlineData(false, false, Compression.Gzip, MediaTypes.OciManifest)]
    [InlineData(true, true, Compression.Gzip, MediaTypes.DockerManifest)]
    public async Task Build_OnADockerImage_FollowsItWhereItsFormatCanHoldAll(bool? docker, bool statements, Compression compression, string expected)
    {
        var below = await BuildAsync(Request("base") with { DockerFormat = true });
        var request = Request("top") with
        {
            Images = [Image(new LocalBase(below.LayoutDirectory, null), Extra("/app/more", "more", "more"))],
            DockerFormat = docker, Sbom = statements, Provenance = statements, Compression = compression,
        };
        Assert.Equal(expected, (await BuildAsync(request)).Image.MediaType);
    }

    [Fact]
    public async Task Build_OnAnOciImage_StaysOci()
    {
        var below = await BuildAsync(Request("base"));
        var request = Request("top") with { Images = [Image(new LocalBase(below.LayoutDirectory, null), Extra("/app/more", "more", "more"))], Sbom = false, Provenance = false };
        Assert.Equal(MediaTypes.OciManifest, (await BuildAsync(request)).Image.MediaType);
    }

    [Fact]
    public async Task Build_DockerFormat_KeepsStatementsAsFiles()
    {
        var result = await BuildAsync(Request() with { DockerFormat = true });
        Assert.Equal(MediaTypes.DockerManifest, result.Image.MediaType);
        Assert.True(File.Exists(result.Images[0].SbomPath) && File.Exists(result.Images[0].ProvenancePath));
    }

    [Fact]
    public async Task Build_DockerFormatWithZstd_IsRefusedWithAWayOut()
    {
        var error = await Assert.ThrowsAsync<ExportException>(() => BuildAsync(Request() with { DockerFormat = true, Compression = Compression.Zstd }));
        Assert.Equal("MBK2201", error.Code);
        Assert.Contains("ContainerImageFormat", error.Message);
    }

    [Theory]
    [InlineData(Compression.None, MediaTypes.OciLayer)]
    [InlineData(Compression.Gzip, MediaTypes.OciLayerGzip)]
    [InlineData(Compression.Zstd, MediaTypes.OciLayerZstd)]
    public async Task Build_Compression_ShowsInTheLayersAndNotInTheirDiffIds(Compression compression, string mediaType)
    {
        var plain = await BuildAsync(Request("plain"));
        var result = await BuildAsync(Request() with { Compression = compression });
        Assert.All(ReadManifest(result).Layers, l => Assert.Equal(mediaType, l.MediaType));
        Assert.Equal(ImageConfig.Parse(System.Text.Encoding.UTF8.GetBytes(plain.Images[0].ConfigJson)).RootFs.DiffIds, ImageConfig.Parse(System.Text.Encoding.UTF8.GetBytes(result.Images[0].ConfigJson)).RootFs.DiffIds);
    }

    [Fact]
    public async Task Build_TwoPlatforms_IsAnIndexWithAStatementFileForEach()
    {
        var image = Request().Images[0];
        var result = await BuildAsync(Request() with { Images = [image, image with { Platform = Platform.LinuxArm64 }] });
        var index = ImageIndex.Parse(ReadBlob(result, result.Image.Digest));
        Assert.Equal(["linux/amd64", "linux/arm64", "unknown/unknown", "unknown/unknown"], index.Manifests.Select(m => m.Platform!.ToString()));
        Assert.Equal(["sbom.linux-amd64.spdx.json", "sbom.linux-arm64.spdx.json"], result.Images.Select(i => Path.GetFileName(i.SbomPath)));
        // The files are the same, so the layers are: each is there once.
        Assert.Equal(2, result.NewLayers);
    }

    [Fact]
    public async Task Build_Owners_AreTheUsersAndTheFilesOwn()
    {
        var below = await BuildAsync(Request("base") with
        {
            Images = [Image(new ScratchBase(), Extra("/etc/passwd", "passwd", "app:x:77:88::/:\n") with { Owner = "0:0" })],
        });
        var image = Image(new LocalBase(below.LayoutDirectory, null), Extra("/app/a", "a", "a"), Extra("/app/b", "b", "b") with { Owner = "5:6", Mode = 0b100_000_000 });
        var result = await BuildAsync(Request("top") with { Images = [image with { Config = image.Config with { User = "app" } }] });
        var lines = await ListAsync(result, ReadManifest(result).Layers[1], owners: true);
        Assert.Equal(["-r-------- 5/6 app/b", "-rw-r--r-- 77/88 app/a", "drwxr-xr-x 77/88 app/"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Build_FileWhereTheApplicationsFolderIs_IsRefused()
    {
        var error = await Assert.ThrowsAsync<FrontendException>(() => BuildAsync(Request() with
        {
            Images = [Image(new ScratchBase(), [.. Files("src"), Extra("/app", "x", "x") with { Component = new Component(ComponentKind.Extra, "Shop") }])],
        }));
        Assert.Equal("MBK1902", error.Code);
        Assert.Contains("'/app'", error.Message);
    }

    [Fact]
    public async Task Build_BaseEntrypointThatIsLost_IsAWarning()
    {
        var below = await BuildAsync(Request("base"));
        var log = new Log();
        await new Builder(Services).BuildAsync(Request("top") with { Images = [Image(new LocalBase(below.LayoutDirectory, null), Files("src"))] }, log, default);
        Assert.Equal("MBK1903", Assert.Single(log.Events.OfType<BuildMessage>(), m => m.Level == MessageLevel.Warning).Code);
    }

    [Fact]
    public async Task Build_NoLocalEngine_IsARemarkUnlessOneWasNamed()
    {
        var log = new Log();
        await new Builder(Services).BuildAsync(Request() with { Outputs = [new LocalEngineOutput(null)] }, log, default);
        Assert.Contains(log.Events.OfType<BuildMessage>(), m => m.Text.Contains("layout only"));
        Assert.Equal("MBK2203", (await Assert.ThrowsAsync<ExportException>(() => BuildAsync(Request() with { Outputs = [new LocalEngineOutput("Docker")] }))).Code);
    }

    [Fact]
    public async Task Build_Cancelled_KeepsTheLastImage()
    {
        var request = Request();
        var first = await BuildAsync(request);
        using var cancel = new CancellationTokenSource();
        var log = new Log { OnReport = e => { if (e is StepStarted { Name: "copy the application" }) cancel.Cancel(); } };
        _folder.Write("src/run", "#!/bin/sh\nexit 2\n");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Builder(Services).BuildAsync(request, log, cancel.Token));
        Assert.Equal(first.Image.Digest, (await new ImageLayout(first.LayoutDirectory).FindImageAsync("1.0", default)).Digest);
        Assert.Empty(Directory.GetFiles(_folder["cache/ingest"]));
    }

    [Theory]
    [InlineData("layer", false)]
    [InlineData("layer", true)]
    [InlineData("configuration", true)]
    public async Task Build_BlobThatTheStoreHasDamaged_IsMadeAnewAndTheUserWarned(string what, bool archive)
    {
        var whole = await BuildAsync(Request());
        var request = Request() with { OutputDirectory = archive ? whole.LayoutDirectory : _folder["fresh"], Outputs = archive ? [new ArchiveOutput(_folder["a.tar"], Docker: false)] : [] };
        var manifest = ReadManifest(whole);
        foreach (var digest in what == "layer" ? manifest.Layers.Select(l => l.Digest) : [manifest.Config.Digest])
            TestStore.Damage(_folder[$"cache/blobs/sha256/{digest.Hex}"]);
        var log = new Log();
        var result = await new Builder(Services).BuildAsync(request, log, default);
        Assert.Equal(whole.Image, result.Image);
        Assert.All(log.Events.OfType<BuildMessage>().Where(m => m.Level == MessageLevel.Warning), m => Assert.Equal("MBK1208", m.Code));
        Assert.Equal(what == "layer" ? 2 : 1, log.Events.OfType<BuildMessage>().Count(m => m.Level == MessageLevel.Warning));
        foreach (var place in archive ? new[] { result.LayoutDirectory, _folder["a.tar"] } : [result.LayoutDirectory])
        {
            var images = await LocalImages.OpenAsync(place, default);
            Assert.Empty((await new ImageVerifier(images.Source, 2).VerifyAsync(images.Index, default)).Faults);
        }
        Assert.Empty((await new StoreVerifier(request.CacheDirectory, 2).VerifyAsync(false, default)).Faults);
    }

    [Fact]
    public async Task Build_StoreThatDamagesWhateverItKeeps_FailsAfterAFewTries()
    {
        var request = Request() with { OutputDirectory = _folder["fresh"] };
        await BuildAsync(Request());
        var log = new Log
        {
            OnReport = e =>
            {
                if (e is StepCompleted { Name: "put the image together" })
                    foreach (var blob in Directory.GetFiles(_folder["cache/blobs/sha256"])) TestStore.Damage(blob);
            },
        };
        var error = await Assert.ThrowsAsync<ContentException>(() => new Builder(Services).BuildAsync(request, log, default));
        Assert.Equal("MBK1208", error.Code);
        Assert.Contains("check the disk", error.Message);
        Assert.Equal(10, log.Events.OfType<BuildMessage>().Count(m => m.Level == MessageLevel.Warning));
    }

    [Fact]
    public async Task Build_UsersOfABaseThatTheStoreHasDamaged_ArePulledAnew()
    {
        var below = await BuildAsync(Request("base") with { Images = [Image(new ScratchBase(), Extra("/etc/passwd", "passwd", "app:x:77:88::/:\n") with { Owner = "0:0" })] });
        var image = Image(new LocalBase(below.LayoutDirectory, null), Extra("/app/a", "a", "a"));
        var request = Request("top") with { Images = [image with { Config = image.Config with { User = "app" } }] };
        var whole = await BuildAsync(request);
        TestStore.Damage(_folder[$"top/cache/blobs/sha256/{ReadManifest(below).Layers[0].Digest.Hex}"]);
        Assert.Equal(whole.Image, (await BuildAsync(request)).Image);
    }

    [Fact]
    public async Task Build_SourceThatIsGone_SaysWhich()
    {
        var request = Request();
        File.Delete(_folder["src/run"]);
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync(request));
        Assert.Contains(_folder["src/run"], error.Message);
    }

    [Fact]
    public async Task Build_FolderWhereTheSbomGoes_IsTold()
    {
        _folder.Write("out/sbom.spdx.json/x", "x");
        Assert.Equal("MBK2202", (await Assert.ThrowsAsync<ExportException>(() => BuildAsync(Request()))).Code);
    }

    [Theory]
    [InlineData("\"history\":[null]")]
    [InlineData("\"config\":{\"Env\":[null]}")]
    [InlineData("\"config\":{\"Entrypoint\":[null]}")]
    [InlineData("\"config\":{\"Env\":\"x\"}")]
    [InlineData("\"config\":{\"Env\":[\"APP_UID=99999999999\"]}")]
    [InlineData("\"config\":{\"Env\":[\"APP_UID=-1\"]}")]
    [InlineData("\"config\":{\"User\":\"4294967296\"}")]
    [InlineData("\"config\":{\"User\":\"a:b:c\"}")]
    public async Task Build_HostileBaseConfiguration_FailsInWordsOfOurs(string part)
    {
        var config = System.Text.Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},{{part}}}""");
        var descriptor = Descriptor.Of(MediaTypes.OciConfig, config);
        var manifest = OciJson.Write(new ImageManifest { Config = descriptor, Layers = [] });
        var index = OciJson.Write(new ImageIndex { Manifests = [Descriptor.Of(MediaTypes.OciManifest, manifest)] });
        foreach (var blob in new[] { config, manifest })
        {
            Directory.CreateDirectory(_folder["evil/blobs/sha256"]);
            File.WriteAllBytes(_folder[$"evil/blobs/sha256/{Digest.Of(blob).Hex}"], blob);
        }
        File.WriteAllBytes(_folder["evil/index.json"], index);
        await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync(Request() with { Images = [Image(new LocalBase(_folder["evil"], null), Files("src"))] }));
    }

    private static Task<BuildResult> BuildAsync(BuildRequest request) => new Builder(Services).BuildAsync(request, null, default);

    private BuildRequest Request(string folder = "") => TestImages.Request(folder.Length == 0 ? _folder.Path : _folder[folder], Image(new ScratchBase(), Files(folder.Length == 0 ? "src" : folder + "/src")));

    private ProjectFile[] Files(string folder) =>
    [
        new ProjectFile("/app/run", _folder.Write(folder + "/run", "#!/bin/sh\n"), s_app),
        new ProjectFile("/app/Json.dll", _folder.Write(folder + "/Json.dll", "MZ json"), s_package),
    ];

    private ProjectFile Extra(string target, string name, string text) => new(target, _folder.Write("extra/" + name, text), s_app);

    private static byte[] ReadBlob(BuildResult result, Digest digest) => File.ReadAllBytes(Path.Combine(result.LayoutDirectory, "blobs", "sha256", digest.Hex));

    private static ImageManifest ReadManifest(BuildResult result) => ImageManifest.Parse(System.Text.Encoding.UTF8.GetBytes(result.Images[0].ManifestJson));

    private static async Task<List<string>> ListAsync(BuildResult result, Descriptor layer, bool owners = false)
    {
        var list = (await Command.RunAsync("tar", ["-tvz", "--numeric-owner", "-f", Path.Combine(result.LayoutDirectory, "blobs", "sha256", layer.Digest.Hex)])).Succeeded();
        return [.. list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(w => owners ? $"{w[0]} {w[1]} {w[^1]}" : $"{w[0]} {w[^1]}")];
    }

    private sealed class Log : IProgress<BuildEvent>
    {
        private readonly List<BuildEvent> _events = [];

        public Action<BuildEvent>? OnReport { get; init; }

        public IReadOnlyList<BuildEvent> Events => _events;

        public void Report(BuildEvent value)
        {
            lock (_events) _events.Add(value);
            OnReport?.Invoke(value);
        }
    }
}
