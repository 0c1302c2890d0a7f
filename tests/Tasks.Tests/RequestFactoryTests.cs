using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class RequestFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Create_NothingSet_HasTheDefaults()
    {
        var request = _bench.Create();
        Assert.Equal(("shop", "latest", null), (request.Repository, Assert.Single(request.Tags), request.Registry));
        Assert.Equal((null, Compression.Gzip, null), (request.DockerFormat, request.Compression, request.CompressionLevel));
        Assert.True(request.Sbom && request.Provenance);
        Assert.Equal(0, request.SourceDateEpoch);
        Assert.Null(Assert.IsType<LocalEngineOutput>(Assert.Single(request.Outputs)).Engine);
        var image = Assert.Single(request.Images);
        Assert.IsType<ScratchBase>(image.Base);
        Assert.Equal(("/app", null), (image.Config.WorkingDirectory, image.Config.User));
        Assert.Equal(["dotnet", "/app/Shop.dll"], image.Config.AppCommand);
        Assert.Equal("/app/Shop.dll", Assert.Single(image.Files).TargetPath);
    }

    [Theory]
    [InlineData("shop", "shop")]
    [InlineData("Team/Shop", "team/shop")]
    [InlineData("My Shop", "my-shop")]
    [InlineData("  shop  ", "shop")]
    [InlineData("a.b_c-d__e/f", "a.b_c-d__e/f")]
    [InlineData("shop+web", "shop-web")]
    public void Create_Repository_IsWrittenAsRegistriesDemand(string given, string expected)
    {
        Assert.Equal(expected, new RequestFactory(_bench.Parameters with { Repository = given }, new Problems()).Create()!.Repository);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("/shop")]
    [InlineData("shop/")]
    [InlineData("a//b")]
    [InlineData("-shop")]
    [InlineData("a..b")]
    [InlineData("Ärger")]
    [InlineData("...")]
    public void Create_RepositoryThatCannotBe_IsRefused(string given) => _bench.Refuse("MBK1001", "ContainerRepository", p => p with { Repository = given });

    [Fact]
    public void Create_RepositoryTooLong_IsRefused() => _bench.Refuse("MBK1001", "ContainerRepository", p => p with { Repository = new string('a', 256) });

    [Theory]
    [InlineData("1.0", "", "1.0")]
    [InlineData("", "1.0;latest", "1.0 latest")]
    [InlineData("", " 1.0 ; ;1.0", "1.0")]
    [InlineData("", ";", "latest")]
    public void Create_Tags_AreOneOrTheList(string tag, string tags, string expected) =>
        Assert.Equal(expected, string.Join(' ', _bench.Create(p => p with { ImageTag = tag, ImageTags = tags }).Tags));

    [Theory]
    [InlineData("1 0")]
    [InlineData(".x")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("ü")]
    [InlineData("a\n")]
    public void Create_TagThatIsNone_IsRefused(string tag)
    {
        _bench.Refuse("MBK1003", "ContainerImageTag", p => p with { ImageTag = tag });
        _bench.Refuse("MBK1003", "ContainerImageTags", p => p with { ImageTags = "good;x" + tag + "y/" });
    }

    [Fact]
    public void Create_BothTagForms_AreRefused() => _bench.Refuse("MBK1003", "ContainerImageTag", p => p with { ImageTag = "a", ImageTags = "b" });

    [Fact]
    public void Create_TagTooLong_IsRefused() => _bench.Refuse("MBK1003", "ContainerImageTag", p => p with { ImageTag = new string('a', 129) });

    [Theory]
    [InlineData("registry.example", "registry.example")]
    [InlineData("Registry.Example:5000", "registry.example:5000")]
    [InlineData("localhost", "localhost")]
    [InlineData("localhost:5000", "localhost:5000")]
    [InlineData("registry:5000", "registry:5000")]
    [InlineData("127.0.0.1:5000", "127.0.0.1:5000")]
    [InlineData("[::1]:5000", "[::1]:5000")]
    public void Create_Registry_IsWhereTheImageGoes(string given, string expected)
    {
        var request = _bench.Create(p => p with { Registry = given });
        Assert.Equal(expected, request.Registry);
        Assert.Equal(new RegistryOutput(expected), Assert.Single(request.Outputs));
    }

    [Theory]
    [InlineData("https://registry.example")]
    [InlineData("registry.example/team")]
    [InlineData("registry example")]
    [InlineData("registry.example:port")]
    [InlineData("registry.example:99999")]
    [InlineData("registry")]
    [InlineData("user:pass@registry.example")]
    [InlineData("[::::]:5000")]
    [InlineData("-x.example")]
    [InlineData("registry.example\n")]
    public void Create_RegistryThatIsNone_IsRefused(string given) => _bench.Refuse("MBK1002", "ContainerRegistry", p => p with { Registry = given });

    [Theory]
    [InlineData("OCI", false)]
    [InlineData("oci", false)]
    [InlineData("Docker", true)]
    [InlineData("", null)]
    public void Create_Format_IsReadInAnyCase(string given, bool? docker) => Assert.Equal(docker, _bench.Create(p => p with { ImageFormat = given }).DockerFormat);

    [Fact]
    public void Create_FormatThatIsNone_IsRefused() => _bench.Refuse("MBK1010", "ContainerImageFormat", p => p with { ImageFormat = "appc" });

    [Theory]
    [InlineData("gzip", "", Compression.Gzip, null)]
    [InlineData("GZIP", "9", Compression.Gzip, 9)]
    [InlineData("", "0", Compression.Gzip, 0)]
    [InlineData("zstd", "22", Compression.Zstd, 22)]
    [InlineData("none", "", Compression.None, null)]
    public void Create_Compression_IsRead(string compression, string level, Compression expected, int? expectedLevel)
    {
        var request = _bench.Create(p => p with { Compression = compression, CompressionLevel = level });
        Assert.Equal((expected, expectedLevel), (request.Compression, request.CompressionLevel));
    }

    [Theory]
    [InlineData("lzma", "", "ContainerCompression")]
    [InlineData("lzma", "99", "ContainerCompression")]
    [InlineData("gzip", "10", "ContainerCompressionLevel")]
    [InlineData("gzip", "-1", "ContainerCompressionLevel")]
    [InlineData("gzip", "fast", "ContainerCompressionLevel")]
    [InlineData("zstd", "0", "ContainerCompressionLevel")]
    [InlineData("zstd", "23", "ContainerCompressionLevel")]
    [InlineData("zstd", "99999999999", "ContainerCompressionLevel")]
    public void Create_CompressionThatIsNone_IsRefused(string compression, string level, string subject) =>
        _bench.Refuse("MBK1011", subject, p => p with { Compression = compression, CompressionLevel = level });

    [Theory]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("on", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("no", false)]
    [InlineData("0", false)]
    public void Create_Switches_AreMsBuildsWords(string given, bool expected)
    {
        var request = _bench.Create(p => p with { Sbom = given, Provenance = given });
        Assert.Equal((expected, expected), (request.Sbom, request.Provenance));
    }

    [Theory]
    [InlineData("flase")]
    [InlineData("maybe")]
    [InlineData(" ")]
    [InlineData("2")]
    public void Create_SwitchThatIsNeither_IsRefused(string given)
    {
        _bench.Refuse("MBK1029", "ContainerSbom", p => p with { Sbom = given });
        _bench.Refuse("MBK1029", "ContainerProvenance", p => p with { Provenance = given });
        _bench.Refuse("MBK1029", "ContainerExcludeSymbols", p => p with { ExcludeSymbols = given });
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1700000000", 1_700_000_000)]
    [InlineData("253402300799", 253402300799)]
    public void Create_Epoch_IsSecondsAndShowsInTheCreatedLabel(string given, long expected)
    {
        var request = _bench.Create(p => p with { SourceDateEpoch = given });
        Assert.Equal(expected, request.SourceDateEpoch);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(expected).ToString("yyyy-MM-ddTHH:mm:ssZ"), request.Images[0].Config.GeneratedLabels["org.opencontainers.image.created"]);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("now")]
    [InlineData("1.5")]
    [InlineData("253402300800")]
    [InlineData("99999999999999999999")]
    public void Create_EpochThatIsNone_IsRefused(string given) => _bench.Refuse("MBK1021", "SOURCE_DATE_EPOCH", p => p with { SourceDateEpoch = given });

    [Theory]
    [InlineData("a:b;c%d=e \n\"$'")]
    [InlineData("%3B;%25")]
    [InlineData("http://+:9000;http://+:9001")]
    [InlineData("")]
    [InlineData("ünïcödé 🚀")]
    public void Create_Values_SurviveAsTheyAre(string value)
    {
        var request = _bench.Create(p => p with
        {
            Labels = [Item("key", ("Value", value))], Annotations = [Item("key", ("Value", value))], EnvironmentVariables = [Item("KEY", ("Value", value))],
            AppCommandArgs = [Item(value)], DefaultArgs = [Item(value)],
        });
        var config = request.Images[0].Config;
        Assert.Equal((value, value, value), (config.Labels["key"], request.Annotations["key"], Assert.Single(config.Environment).Value));
        Assert.Equal((value, value), (Assert.Single(config.AppCommandArgs), Assert.Single(config.DefaultArgs)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("a\u202eb")]
    [InlineData("\u00a0")]
    [InlineData("\u200b")]
    public void Create_KeyThatIsNone_IsRefused(string key)
    {
        _bench.Refuse("MBK1020", "ContainerLabel", p => p with { Labels = [Item(key)] });
        _bench.Refuse("MBK1020", "ContainerAnnotation", p => p with { Annotations = [Item(key)] });
    }

    // No attribute can hold half a character.
    [Fact]
    public void Create_ValueThatNoImageCanHold_IsRefused()
    {
        foreach (var value in new[] { "a\0b", "\ud800", "x\udc00y", "\udc00\ud800" }) RefuseEverywhere(value);
        _bench.Refuse("MBK1020", "ContainerLabel", p => p with { Labels = [Item("a\ud800")] });
    }

    private void RefuseEverywhere(string value)
    {
        _bench.Refuse("MBK1020", "ContainerLabel", p => p with { Labels = [Item("a", ("Value", value))] });
        _bench.Refuse("MBK1020", "ContainerAnnotation", p => p with { Annotations = [Item("a", ("Value", value))] });
        _bench.Refuse("MBK1008", "ContainerEnvironmentVariable", p => p with { EnvironmentVariables = [Item("A", ("Value", value))] });
        _bench.Refuse("MBK1009", "ContainerAppCommand", p => p with { AppCommand = [Item(value)] });
        _bench.Refuse("MBK1009", "ContainerEntrypoint", p => p with { Entrypoint = [Item(value)] });
        _bench.Refuse("MBK1013", "ContainerHealthcheck", p => p with { Healthcheck = [Item(value)] });
    }

    [Fact]
    public void Create_SourceAddress_LosesItsCredentials()
    {
        var request = _bench.Create(p => p with
        {
            SourceUrl = "https://user:tok@host/x", SourceRevision = "abc", GeneratedLabels = [Item("org.opencontainers.image.source", ("Value", "https://user:tok@host/x"))],
        });
        Assert.Equal(new SourceRevision("https://host/x", "abc"), request.Source);
        Assert.Equal("https://host/x", request.Images[0].Config.GeneratedLabels["org.opencontainers.image.source"]);
    }

    [Fact]
    public void Create_OutputThatIsTheCache_IsRefused() => _bench.Refuse("MBK1014", "ContainerOutputDirectory", p => p with { OutputDirectory = p.CacheDirectory + "/" });

    [Fact]
    public void Create_ManyFaults_AreToldAtOnceAndOnce()
    {
        _bench.Parts.Add(ImagePart("linux-arm64"));
        var problems = _bench.Refuse(p => p with
        {
            Repository = "", ImageTag = "a b", Registry = "x y", ImageFormat = "x", Compression = "x", Sbom = "x", User = "a:b:c", StopSignal = "x",
            AppCommandInstruction = "x", SourceDateEpoch = "x", Ports = [Item("0")], Volumes = [Item("x")], Labels = [Item("")], Annotations = [Item("")],
            EnvironmentVariables = [Item("1")], Healthcheck = [Item("x", ("Interval", "y"))], Files = [Item("nothing")], Outputs = [Item("x")],
        });
        Assert.Equal(problems.Distinct().Count(), problems.Count);
        string[] codes = ["MBK1001", "MBK1002", "MBK1003", "MBK1006", "MBK1007", "MBK1008", "MBK1009", "MBK1010", "MBK1011", "MBK1012", "MBK1013", "MBK1014", "MBK1015", "MBK1016", "MBK1020", "MBK1021", "MBK1029"];
        Assert.Equal(codes, problems.Select(p => p.Code).Distinct().Order());
        Assert.All(problems, AssertHelpful);
    }

    [Fact]
    public void Create_FaultOfAnItem_TellsWhereItWasWritten()
    {
        var problems = new Problems();
        new RequestFactory(_bench.Parameters with { Ports = [Item("0", ("DefiningProjectFullPath", "/x/Shop.csproj"))] }, problems).Create();
        Assert.Equal("/x/Shop.csproj", Assert.Single(problems.Found).File);
    }
}
